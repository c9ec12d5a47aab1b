WITH chosen AS MATERIALIZED (
  SELECT DISTINCT w.checkpoint_ns, w.checkpoint_id FROM "waypost".checkpoint_writes w
  WHERE w.thread_id = $1::text AND w.checkpoint_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-' AND w.checkpoint_id < $2::text COLLATE "C"
    AND NOT EXISTS (
      SELECT true AS found FROM "waypost".checkpoints c
      WHERE c.thread_id = $1::text AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id = w.checkpoint_id
    )
), going AS (
  SELECT * FROM chosen
), unused AS MATERIALIZED (
  SELECT checkpoint_ns, channel, version FROM "waypost".checkpoint_blobs
  WHERE thread_id = $1::text AND NOT EXISTS (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = $1::text AND pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object' IS NOT TRUE)
  EXCEPT
  SELECT c.checkpoint_ns, v.key, v.value
  FROM "waypost".checkpoints c
  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE c.thread_id = $1::text AND pg_catalog.octet_length(v.key) BETWEEN 0 AND 2147483647
), old_checkpoints AS (
  SELECT coalesce(pg_catalog.pg_column_size(r.checkpoint), 0) + coalesce(pg_catalog.pg_column_size(r.metadata), 0) AS size FROM "waypost".checkpoints r JOIN going l ON r.checkpoint_ns = l.checkpoint_ns AND r.checkpoint_id = l.checkpoint_id
  WHERE r.thread_id = $1::text
), old_writes AS (
  SELECT coalesce(pg_catalog.pg_column_size(r.blob), 0) AS size FROM "waypost".checkpoint_writes r JOIN going l ON r.checkpoint_ns = l.checkpoint_ns AND r.checkpoint_id = l.checkpoint_id
  WHERE r.thread_id = $1::text
), old_blobs AS (
  SELECT coalesce(pg_catalog.pg_column_size(r.blob), 0) AS size FROM "waypost".checkpoint_blobs r JOIN unused l ON r.checkpoint_ns = l.checkpoint_ns AND r.channel = l.channel AND r.version = l.version
  WHERE r.thread_id = $1::text
), old_parts AS (
  SELECT coalesce(pg_catalog.pg_column_size(r.bytes), 0) AS size FROM "waypost".waypost_parts r CROSS JOIN (
    SELECT coalesce(pg_catalog.range_agg(
      CASE WHEN CASE
        WHEN pg_catalog.cardinality(b.segments) <= 512
          AND b.segments[s.i] >= 0 AND b.segments[s.i + 1] <= 9007199254740991
        THEN b.segments[s.i + 1] - b.segments[s.i] BETWEEN 1 AND 134217728 END THEN pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1], '[]')
      ELSE pg_catalog.int8range(NULL, NULL) END
    ), '{}') AS ranges
    FROM (
      SELECT segments FROM "waypost".checkpoint_blobs
      WHERE thread_id = $1::text AND segments IS NOT NULL
        AND (checkpoint_ns, channel, version) NOT IN (SELECT checkpoint_ns, channel, version FROM unused)
    ) b CROSS JOIN LATERAL (
      SELECT i::int FROM pg_catalog.unnest(CASE
        WHEN pg_catalog.cardinality(b.segments) <= 512 THEN b.segments
        WHEN b.segments IS NOT NULL THEN '{0}' END) WITH ORDINALITY AS g(bound, i)
      WHERE i % 2 = 1
    ) s
  ) n
  WHERE r.thread_id = $1::text AND NOT pg_catalog.int8range(r.position, r.position + pg_catalog.octet_length(r.bytes)) && n.ranges
)
SELECT c.rows AS checkpoints, b.rows AS blobs, w.rows AS writes, (SELECT pg_catalog.count(*)::int FROM chosen) - (SELECT pg_catalog.count(*)::int FROM going) AS kept,
  (c.size + b.size + w.size + p.size)::text AS size
FROM (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(r.size), 0) AS size FROM old_checkpoints r) c,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(r.size), 0) AS size FROM old_blobs r) b,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(r.size), 0) AS size FROM old_writes r) w,
  (SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(r.size), 0) AS size FROM old_parts r) p;
