WITH page AS (
  SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata, 1 AS position
  FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text ORDER BY checkpoint_id DESC LIMIT 1
), blob AS MATERIALIZED (
  SELECT p.thread_id, p.checkpoint_ns, p.channel, p.version, b.*
  FROM (
    SELECT r.*, k.put_id::bigint AS known_put FROM (
      SELECT p.thread_id, p.checkpoint_ns, v.key AS channel, v.value AS version
      FROM page p
      CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(p.checkpoint -> 'channel_versions'::text) = 'object' THEN p.checkpoint -> 'channel_versions'::text END) v
    ) r
    LEFT JOIN unnest($3::text[], $4::text[], $5::text[]) AS k(channel, version, put_id)
      ON k.channel = r.channel AND k.version = r.version
  ) p CROSS JOIN LATERAL (
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
SELECT 'part' AS kind, b.thread_id AS thread, NULL::text AS namespace, NULL::text AS id,
  NULL::text AS parent, NULL::text AS metadata, NULL::text AS channel, a.position::text AS version,
  NULL::text AS task, NULL::text AS path, pg_catalog.octet_length(a.bytes) AS idx, NULL::text AS type,
  CASE WHEN b.type IN ('json', 'parts:json') THEN pg_catalog.convert_from(a.bytes, 'UTF8') END AS json,
  CASE WHEN b.type IN ('json', 'parts:json') THEN NULL ELSE a.bytes END AS bytes, NULL::text AS put,
  NULL::text AS segments
FROM blob b CROSS JOIN LATERAL pg_catalog.unnest(b.segments) WITH ORDINALITY AS s(bound, i) CROSS JOIN LATERAL (
  SELECT pg_catalog.min(o.position) AS position, CASE WHEN pg_catalog.sum(o.size) = pg_catalog.max(o.position + o.size) - pg_catalog.min(o.position)
      THEN pg_catalog.string_agg(o.bytes, '') END AS bytes
  FROM (
    SELECT position, bytes, pg_catalog.octet_length(bytes) AS size FROM "waypost".waypost_parts
    WHERE thread_id = $1::text AND position < b.segments[s.i::int + 1] AND position >= (
      SELECT position FROM "waypost".waypost_parts
      WHERE thread_id = $1::text AND position <= b.segments[s.i::int] ORDER BY position DESC LIMIT 1
    )
    ORDER BY position OFFSET 0
  ) o
) a
WHERE pg_catalog.cardinality(b.segments) BETWEEN 2 AND 512 AND s.i % 2 = 1
  AND b.segments[s.i::int] < b.segments[s.i::int + 1] AND b.segments[s.i::int + 1] <= 9007199254740991
    AND b.segments[s.i::int] >= greatest(b.segments[s.i::int + 1], 134217728) - 134217728
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
