WITH page AS MATERIALIZED (
  SELECT thread_id FROM (
    (
      SELECT DISTINCT thread_id FROM "waypost".checkpoints WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_blobs WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_writes WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".waypost_parts WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    )
  ) t ORDER BY thread_id LIMIT 100
)
SELECT p.thread_id AS thread, old.id IS NOT NULL AS old,
  blob.version IS NOT NULL OR lost.checkpoint_id IS NOT NULL OR part.position IS NOT NULL AS orphaned
FROM page p
LEFT JOIN LATERAL (
  SELECT c.checkpoint_id AS id FROM (
    SELECT pg_catalog.min(checkpoint_ns) AS first FROM "waypost".checkpoints
    WHERE thread_id = p.thread_id
  ) f CROSS JOIN LATERAL (
    SELECT pg_catalog.max(checkpoint_id) AS id FROM "waypost".checkpoints
    WHERE thread_id = p.thread_id AND checkpoint_ns = f.first
  ) n CROSS JOIN LATERAL (
    SELECT checkpoint_id, checkpoint ->> 'ts'::text AS ts FROM "waypost".checkpoints
    WHERE thread_id = p.thread_id AND checkpoint_ns = f.first AND checkpoint_id = n.id
  ) c
  WHERE c.ts < $2::text COLLATE "C" LIMIT 1
) old ON true
LEFT JOIN LATERAL (
  SELECT checkpoint_ns, channel, version FROM "waypost".checkpoint_blobs
  WHERE thread_id = p.thread_id AND NOT EXISTS (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = p.thread_id AND pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object' IS NOT TRUE)
  EXCEPT
  SELECT c.checkpoint_ns, v.key, v.value
  FROM "waypost".checkpoints c
  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE c.thread_id = p.thread_id AND pg_catalog.octet_length(v.key) BETWEEN 0 AND 2147483647 LIMIT 1
) blob ON true
LEFT JOIN LATERAL (
  SELECT DISTINCT w.checkpoint_ns, w.checkpoint_id FROM "waypost".checkpoint_writes w
  WHERE w.thread_id = p.thread_id AND w.checkpoint_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-' AND w.checkpoint_id < $3::text COLLATE "C"
    AND NOT EXISTS (
      SELECT true AS found FROM "waypost".checkpoints c
      WHERE c.thread_id = p.thread_id AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id = w.checkpoint_id
    ) LIMIT 1
) lost ON true
LEFT JOIN LATERAL (
  SELECT r.position FROM "waypost".waypost_parts r
  CROSS JOIN (
    SELECT coalesce(pg_catalog.range_agg(
      CASE WHEN CASE
        WHEN pg_catalog.cardinality(b.segments) <= 512
          AND b.segments[s.i] >= 0 AND b.segments[s.i + 1] <= 9007199254740991
        THEN b.segments[s.i + 1] - b.segments[s.i] BETWEEN 1 AND 134217728 END THEN pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1], '[]')
      ELSE pg_catalog.int8range(NULL, NULL) END
    ), '{}') AS ranges
    FROM (SELECT segments FROM "waypost".checkpoint_blobs WHERE thread_id = p.thread_id) b CROSS JOIN LATERAL (
      SELECT i::int FROM pg_catalog.unnest(CASE
        WHEN pg_catalog.cardinality(b.segments) <= 512 THEN b.segments
        WHEN b.segments IS NOT NULL THEN '{0}' END) WITH ORDINALITY AS g(bound, i)
      WHERE i % 2 = 1
    ) s
  ) n
  WHERE r.thread_id = p.thread_id AND NOT pg_catalog.int8range(r.position, r.position + pg_catalog.octet_length(r.bytes)) && n.ranges LIMIT 1
) part ON true
ORDER BY p.thread_id;
