WITH expired AS MATERIALIZED (
  SELECT s.namespace_path, s.key FROM "waypost".store s
  WHERE s.expires_at <= pg_catalog.statement_timestamp()
  ORDER BY s.expires_at LIMIT $1::bigint
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM "waypost".store s USING expired e
  WHERE s.namespace_path = e.namespace_path AND s.key = e.key
  RETURNING true AS removed
)
SELECT pg_catalog.count(*)::int AS removed FROM removed;
