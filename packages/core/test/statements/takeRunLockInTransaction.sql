SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('waypost run waypost ' || $1::text, 0)) AS locked;
