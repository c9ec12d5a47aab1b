UPDATE "waypost".checkpoint_blobs SET type = $5::text, blob = pg_catalog.decode($6::text, 'base64'), segments = NULL
WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text;
