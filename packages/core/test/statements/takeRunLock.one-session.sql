SELECT CASE WHEN pg_catalog.pg_backend_pid() = $2::bigint THEN pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('waypost run waypost ' || $1::text, 0)) END AS locked;
