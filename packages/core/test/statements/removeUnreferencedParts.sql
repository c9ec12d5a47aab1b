WITH unused AS (
  SELECT NULL::text AS checkpoint_ns, NULL::text AS channel, NULL::text AS version WHERE false
)
DELETE FROM "waypost".waypost_parts r USING (
  SELECT coalesce(pg_catalog.range_agg(
    CASE WHEN CASE
      WHEN pg_catalog.cardinality(b.segments) <= 512
        AND b.segments[s.i] >= 0 AND b.segments[s.i + 1] <= 9007199254740991
      THEN b.segments[s.i + 1] - b.segments[s.i] BETWEEN 1 AND 134217728 END THEN pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1], '[]')
    ELSE pg_catalog.int8range(NULL, NULL) END
  ), '{}') AS ranges
  FROM (
    SELECT segments FROM "waypost".checkpoint_blobs o
    WHERE thread_id = $1::text AND segments IS NOT NULL AND NOT EXISTS (
      SELECT true AS found FROM unused u
      WHERE u.checkpoint_ns = o.checkpoint_ns AND u.channel = o.channel AND u.version = o.version
    )
  ) b CROSS JOIN LATERAL (
    SELECT i FROM pg_catalog.generate_series(1, CASE
      WHEN pg_catalog.cardinality(b.segments) <= 512 THEN pg_catalog.cardinality(b.segments)
      WHEN b.segments IS NOT NULL THEN 1 END, 2) AS g(i)
    WHERE i BETWEEN 1 AND 512
  ) s
) n
WHERE r.thread_id = $1::text AND NOT pg_catalog.int8range(r.position, r.position + pg_catalog.octet_length(r.bytes)) && n.ranges
RETURNING pg_catalog.pg_column_size(r.bytes) AS size;
