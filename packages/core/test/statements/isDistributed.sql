SELECT pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL AS distributed;
