INSERT INTO "waypost".waypost_deleted_threads (thread_id, deleted_at) VALUES ($1::text, pg_catalog.now())
ON CONFLICT (thread_id) DO UPDATE SET deleted_at = EXCLUDED.deleted_at;
