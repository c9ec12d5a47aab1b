UPDATE "waypost".checkpoint_blobs SET type = $5::text, blob = $6::bytea, segments = NULL
WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text;
