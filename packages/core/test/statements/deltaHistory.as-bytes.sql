WITH RECURSIVE walk AS (
  SELECT channel, t.checkpoint_id, t.parent_checkpoint_id, 0 AS depth,
    nullif(t.checkpoint_id, t.checkpoint_id) AS mark, NULL::text AS seed_version
  FROM (
    SELECT checkpoint_id, parent_checkpoint_id FROM "waypost".checkpoints WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $4::text
  ) t CROSS JOIN pg_catalog.unnest($3::text[]) AS channel
  UNION ALL
  SELECT w.channel, c.checkpoint_id, c.parent_checkpoint_id, w.depth + 1,
    CASE WHEN w.depth & (w.depth - 1) = 0 THEN c.checkpoint_id ELSE w.mark END,
    CASE WHEN b.stored THEN c.version END
  FROM walk w
  CROSS JOIN LATERAL (
    SELECT checkpoint_id, parent_checkpoint_id,
      checkpoint -> 'channel_versions'::text ->> w.channel AS version
    FROM "waypost".checkpoints WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = w.parent_checkpoint_id OFFSET 0
  ) c
  LEFT JOIN LATERAL (
    SELECT true AS stored FROM "waypost".checkpoint_blobs
    WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = w.channel AND version = c.version AND type <> 'empty' OFFSET 0
  ) b ON true
  WHERE w.seed_version IS NULL AND w.parent_checkpoint_id IS DISTINCT FROM w.mark
), seed AS MATERIALIZED (
  SELECT $1::text AS thread_id, w.checkpoint_id, w.channel, w.seed_version, b.type, b.blob, b.segments
  FROM walk w CROSS JOIN LATERAL (
    SELECT type, blob, segments FROM "waypost".checkpoint_blobs
    WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = w.channel AND version = w.seed_version OFFSET 0
  ) b
  WHERE w.seed_version IS NOT NULL
)
SELECT 'seed' AS kind, NULL::text AS thread, s.checkpoint_id AS id, NULL::int AS depth,
  s.channel AS channel, s.seed_version AS version, NULL::text AS task, NULL::text AS path,
  NULL::int AS idx,
  CASE WHEN s.segments IS NULL THEN s.type ELSE pg_catalog.substr(s.type, 7) END AS type,
  NULL::text AS json, s.blob AS bytes, s.segments::text AS segments
FROM seed s
UNION ALL
SELECT 'part' AS kind, p.thread_id AS thread, NULL::text AS id, NULL::int AS depth, NULL::text AS channel,
  p.position::text AS version, NULL::text AS task, NULL::text AS path,
  pg_catalog.octet_length(p.bytes) AS idx, NULL::text AS type,
  CASE WHEN false THEN pg_catalog.convert_from(p.bytes, 'UTF8') END AS json,
  CASE WHEN false THEN NULL ELSE p.bytes END AS bytes, NULL::text AS segments
FROM (
  SELECT g.thread_id, g.is_text, f.position, a.bytes
  FROM (
    SELECT b.thread_id, b.type IN ('json', 'parts:json') AS is_text,
      pg_catalog.range_agg(pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1])) AS ranges
    FROM seed b CROSS JOIN LATERAL (
      SELECT i::int FROM pg_catalog.unnest(CASE
        WHEN pg_catalog.cardinality(b.segments) <= 512 THEN b.segments
        WHEN b.segments IS NOT NULL THEN '{0}' END) WITH ORDINALITY AS g(bound, i)
      WHERE i % 2 = 1
    ) s
    WHERE pg_catalog.cardinality(b.segments) BETWEEN 2 AND 512 AND CASE
      WHEN pg_catalog.cardinality(b.segments) <= 512
        AND b.segments[s.i] >= 0 AND b.segments[s.i + 1] <= 9007199254740991
      THEN b.segments[s.i + 1] - b.segments[s.i] BETWEEN 1 AND 134217728 END
    GROUP BY 1, 2
  ) g CROSS JOIN LATERAL (
    SELECT range FROM pg_catalog.unnest(g.ranges) AS r(range) WHERE pg_catalog.lower(range) BETWEEN 0 AND 9007199254740991
  ) r CROSS JOIN LATERAL (
    SELECT position FROM "waypost".waypost_parts
    WHERE thread_id = $1::text AND position <= pg_catalog.lower(r.range) ORDER BY position DESC LIMIT 1
  ) f CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_catalog.sum(o.size) = pg_catalog.max(o.position + o.size) - f.position
        THEN pg_catalog.string_agg(o.bytes, '') END AS bytes
    FROM (
      SELECT position, bytes, pg_catalog.octet_length(bytes) AS size FROM "waypost".waypost_parts
      WHERE thread_id = $1::text AND position >= f.position AND position < pg_catalog.upper(r.range)
      ORDER BY position OFFSET 0
    ) o
  ) a
) p
UNION ALL
SELECT 'write' AS kind, NULL::text AS thread, w.checkpoint_id AS id, w.depth AS depth, w.channel AS channel,
  NULL::text AS version, p.task_id AS task, p.task_path AS path, p.idx AS idx, p.type AS type,
  NULL::text AS json, p.blob AS bytes, NULL::text AS segments
FROM walk w CROSS JOIN LATERAL (
  SELECT task_id, task_path, idx, type, blob FROM "waypost".checkpoint_writes
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = w.checkpoint_id AND channel = w.channel OFFSET 0
) p
WHERE w.depth > 0;
