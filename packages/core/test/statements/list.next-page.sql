WITH keys AS (
  SELECT thread_id, checkpoint_ns, checkpoint_id, pg_catalog.row_number() OVER (ORDER BY checkpoint_id DESC, thread_id DESC, checkpoint_ns DESC) AS position
  FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND (checkpoint_id, thread_id, checkpoint_ns) < ($3::text, $4::text, $5::text)
  ORDER BY checkpoint_id DESC, thread_id DESC, checkpoint_ns DESC LIMIT $6::int
), page AS (
  SELECT c.*, k.position::int FROM keys k CROSS JOIN LATERAL (
    SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata
    FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = $2::text
      AND checkpoint_id = k.checkpoint_id
    OFFSET 0
  ) c
), versions AS (
  SELECT v.*, k.put_id::bigint AS known_put
  FROM (
    SELECT DISTINCT * FROM (
      SELECT p.thread_id, p.checkpoint_ns, v.key AS channel, v.value AS version
      FROM page p
      CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(p.checkpoint -> 'channel_versions'::text) = 'object' THEN p.checkpoint -> 'channel_versions'::text END) v
    ) r
  ) v
  LEFT JOIN unnest(
    $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[]
  ) AS k(thread_id, checkpoint_ns, channel, version, put_id)
    ON k.thread_id = v.thread_id AND k.checkpoint_ns = v.checkpoint_ns
    AND k.channel = v.channel AND k.version = v.version
), blob AS MATERIALIZED (
  SELECT p.thread_id, p.checkpoint_ns, p.channel, p.version, b.*
  FROM versions p CROSS JOIN LATERAL (
    SELECT type, put_id, coalesce(put_id = p.known_put, false) AS is_known,
        CASE WHEN put_id = p.known_put THEN NULL ELSE blob END AS blob,
        CASE WHEN put_id = p.known_put THEN NULL ELSE segments END AS segments
    FROM "waypost".checkpoint_blobs
    WHERE thread_id = $1::text AND checkpoint_ns = $2::text
      AND channel = p.channel AND version = p.version AND type <> 'empty'
    OFFSET 0
  ) b
)
SELECT 'checkpoint' AS kind, p.thread_id AS thread, p.checkpoint_ns AS namespace, p.checkpoint_id AS id,
  p.parent_checkpoint_id AS parent, p.metadata::text AS metadata, NULL::text AS channel,
  NULL::text AS version, NULL::text AS task, NULL::text AS path, p.position AS idx, NULL::text AS type,
  p.checkpoint::text AS json, NULL::bytea AS bytes, NULL::text AS put, NULL::text AS segments
FROM page p
UNION ALL
SELECT CASE WHEN b.is_known THEN 'known' ELSE 'blob' END AS kind, b.thread_id AS thread,
  b.checkpoint_ns AS namespace, NULL::text AS id, NULL::text AS parent, NULL::text AS metadata,
  b.channel AS channel, b.version AS version, NULL::text AS task, NULL::text AS path, NULL::int AS idx,
  CASE WHEN b.segments IS NULL THEN b.type ELSE pg_catalog.substr(b.type, 7) END AS type,
  CASE WHEN b.type IN ('json', 'parts:json') THEN pg_catalog.convert_from(b.blob, 'UTF8') END AS json,
  CASE WHEN b.type IN ('json', 'parts:json') THEN NULL ELSE b.blob END AS bytes, b.put_id::text AS put,
  b.segments::text AS segments
FROM blob b
UNION ALL
SELECT 'part' AS kind, p.thread_id AS thread, NULL::text AS namespace, NULL::text AS id,
  NULL::text AS parent, NULL::text AS metadata, NULL::text AS channel, p.position::text AS version,
  NULL::text AS task, NULL::text AS path, pg_catalog.octet_length(p.bytes) AS idx, NULL::text AS type,
  CASE WHEN p.is_text THEN pg_catalog.convert_from(p.bytes, 'UTF8') END AS json,
  CASE WHEN p.is_text THEN NULL ELSE p.bytes END AS bytes, NULL::text AS put, NULL::text AS segments
FROM (
  SELECT g.thread_id, g.is_text, f.position, a.bytes
  FROM (
    SELECT b.thread_id, b.type IN ('json', 'parts:json') AS is_text,
      pg_catalog.range_agg(pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1])) AS ranges
    FROM blob b CROSS JOIN LATERAL (
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
    SELECT range FROM pg_catalog.unnest(g.ranges - coalesce((
      SELECT pg_catalog.range_agg(pg_catalog.int8range(k.first::bigint, k.last::bigint)) AS ranges
      FROM unnest($12::text[], $13::text[], $14::text[]) AS k(thread_id, first, last)
      WHERE k.thread_id = g.thread_id
    ), '{}')) AS r(range) WHERE pg_catalog.lower(range) BETWEEN 0 AND 9007199254740991
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
SELECT CASE WHEN w.checkpoint_id = p.checkpoint_id THEN 'write' ELSE 'send' END AS kind,
  p.thread_id AS thread, p.checkpoint_ns AS namespace, p.checkpoint_id AS id, NULL::text AS parent,
  NULL::text AS metadata, w.channel AS channel, NULL::text AS version, w.task_id AS task,
  w.task_path AS path, w.idx AS idx, w.type AS type,
  CASE WHEN w.type IN ('json', 'parts:json') THEN pg_catalog.convert_from(w.blob, 'UTF8') END AS json,
  CASE WHEN w.type IN ('json', 'parts:json') THEN NULL ELSE w.blob END AS bytes, NULL::text AS put,
  NULL::text AS segments
FROM page p CROSS JOIN LATERAL (
  SELECT * FROM "waypost".checkpoint_writes
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = ANY (ARRAY[p.checkpoint_id,
    CASE WHEN p.checkpoint -> 'v'::text < '4'::jsonb THEN p.parent_checkpoint_id END])
  OFFSET 0
) w
WHERE w.checkpoint_id = p.checkpoint_id OR w.channel = '__pregel_tasks';
