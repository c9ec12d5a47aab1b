INSERT INTO "waypost".waypost_deleted_threads (thread_id) VALUES ($1::text)
ON CONFLICT (thread_id) DO UPDATE SET deleted_at = pg_catalog.now();
