SELECT true AS deleted FROM "waypost".waypost_deleted_threads WHERE thread_id = $1::text;
