SELECT CASE WHEN b.segments IS NULL THEN b.type ELSE pg_catalog.substr(b.type, 7) END AS type, b.blob AS bytes, b.segments::text
FROM "waypost".checkpoint_blobs b WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text FOR UPDATE;
