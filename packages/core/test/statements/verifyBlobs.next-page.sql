WITH page AS MATERIALIZED (
  SELECT * FROM "waypost".checkpoint_blobs WHERE thread_id = $1::text AND type <> 'empty' AND (checkpoint_ns, channel, version) > ($2::text, $3::text, $4::text)
  ORDER BY checkpoint_ns, channel, version LIMIT $5::int
)
SELECT 'blob' AS kind, checkpoint_ns AS namespace, '' AS id, channel, version, '' AS task,
  (pg_catalog.row_number() OVER (ORDER BY checkpoint_ns, channel, version))::int AS idx, CASE WHEN page.segments IS NULL THEN page.type ELSE pg_catalog.substr(page.type, 7) END AS type,
  segments::text, blob AS bytes
FROM page
UNION ALL
SELECT 'part', '', '', '', p.position::text, '', pg_catalog.octet_length(p.bytes), '', NULL, p.bytes
FROM (
  SELECT g.thread_id, g.is_text, f.position, a.bytes
  FROM (
    SELECT b.thread_id, b.type IN ('json', 'parts:json') AS is_text,
      pg_catalog.range_agg(pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1])) AS ranges
    FROM page b CROSS JOIN LATERAL (
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
) p;
