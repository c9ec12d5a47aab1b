DELETE FROM "waypost".waypost_parts r USING (
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
  ) b CROSS JOIN LATERAL (
    SELECT i::int FROM pg_catalog.unnest(CASE
      WHEN pg_catalog.cardinality(b.segments) <= 512 THEN b.segments
      WHEN b.segments IS NOT NULL THEN '{0}' END) WITH ORDINALITY AS g(bound, i)
    WHERE i % 2 = 1
  ) s
) n
WHERE r.thread_id = $1::text AND NOT pg_catalog.int8range(r.position, r.position + pg_catalog.octet_length(r.bytes)) && n.ranges;
