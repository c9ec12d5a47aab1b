WITH thread_lock AS MATERIALIZED (
  SELECT CASE WHEN pg_catalog.current_setting('transaction_isolation') = 'read committed'
    THEN pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('waypost thread waypost ' || $1::text, 0)) IS NOT NULL END AS free
), locked AS MATERIALIZED (
  SELECT c.checkpoint_id FROM thread_lock l CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM "waypost".checkpoints WHERE thread_id = $1::text
    ORDER BY checkpoint_ns, checkpoint_id FOR UPDATE
  ) c
  WHERE l.free
)
SELECT pg_catalog.current_setting('transaction_isolation') AS isolation, pg_catalog.count(*)::int AS locked, pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL AS distributed
FROM locked;
