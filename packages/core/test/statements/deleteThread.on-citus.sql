WITH thread AS MATERIALIZED (
  SELECT pg_catalog.count(*)::int AS checkpoints, coalesce(pg_catalog.bool_or(
    $2::text IS NOT NULL AND checkpoint ->> 'ts'::text >= $2::text COLLATE "C"
  ), false) AS recent
  FROM "waypost".checkpoints WHERE thread_id = $1::text
), old_checkpoints AS (
  DELETE FROM "waypost".checkpoints r
  WHERE r.thread_id = $1::text AND EXISTS (SELECT true AS found FROM thread WHERE NOT recent AND checkpoints = $3::int)
  RETURNING r.checkpoint, r.metadata
), old_writes AS (
  DELETE FROM "waypost".checkpoint_writes r
  WHERE r.thread_id = $1::text AND EXISTS (SELECT true AS found FROM thread WHERE NOT recent AND checkpoints = $3::int)
  RETURNING r.blob
), old_blobs AS (
  DELETE FROM "waypost".checkpoint_blobs r
  WHERE r.thread_id = $1::text AND EXISTS (SELECT true AS found FROM thread WHERE NOT recent AND checkpoints = $3::int)
  RETURNING r.blob
), old_parts AS (
  DELETE FROM "waypost".waypost_parts r
  WHERE r.thread_id = $1::text AND EXISTS (SELECT true AS found FROM thread WHERE NOT recent AND checkpoints = $3::int)
  RETURNING r.bytes
)
SELECT c.rows AS checkpoints, b.rows AS blobs, w.rows AS writes, 0 AS kept,
  (c.size + b.size + w.size + p.size)::text AS size, (SELECT checkpoints = $3::int FROM thread) AS complete
FROM (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.pg_column_size(r.checkpoint), 0) + coalesce(pg_catalog.pg_column_size(r.metadata), 0)), 0) AS size FROM old_checkpoints r) c,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.pg_column_size(r.blob), 0)), 0) AS size FROM old_blobs r) b,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.pg_column_size(r.blob), 0)), 0) AS size FROM old_writes r) w,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(coalesce(pg_catalog.pg_column_size(r.bytes), 0)), 0) AS size FROM old_parts r) p;
