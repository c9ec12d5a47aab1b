SELECT pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('waypost thread waypost ' || $1::text, 0)) IS NOT NULL AS free, pg_catalog.current_setting('transaction_isolation') AS isolation, pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL AS distributed
FROM (
  SELECT pg_catalog.count(*) FROM (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = $1::text LIMIT 0) c
) n;
