SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended('waypost run waypost ' || $1::text, 0)) AS unlocked;
