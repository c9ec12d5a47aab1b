WITH RECURSIVE namespace AS (
  (
    SELECT checkpoint_ns FROM "waypost".checkpoints
    WHERE thread_id = $1::text ORDER BY checkpoint_ns LIMIT 1
  )
  UNION ALL
  SELECT n.checkpoint_ns FROM namespace s CROSS JOIN LATERAL (
    SELECT checkpoint_ns FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns > s.checkpoint_ns ORDER BY checkpoint_ns LIMIT 1
  ) n
), boundary AS (
  SELECT n.checkpoint_ns, k.checkpoint_id FROM namespace n CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = n.checkpoint_ns
    ORDER BY checkpoint_id DESC OFFSET $2::int - 1 LIMIT 1
  ) k WHERE pg_catalog.octet_length(n.checkpoint_ns) BETWEEN 0 AND 2147483647
), chosen AS MATERIALIZED (
  SELECT b.checkpoint_ns, c.checkpoint_id FROM boundary b CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = b.checkpoint_ns AND checkpoint_id < b.checkpoint_id
      AND ($3::text IS NULL OR checkpoint ->> 'ts'::text < $3::text COLLATE "C")
    ORDER BY checkpoint_id
  ) c
), child AS MATERIALIZED (
  SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id,
    (checkpoint_ns, checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM chosen) AS chosen
  FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND pg_catalog.octet_length(parent_checkpoint_id) BETWEEN 0 AND 2147483647
    AND ((checkpoint_ns, parent_checkpoint_id) IN (SELECT checkpoint_ns, checkpoint_id FROM chosen)) IS TRUE
), chosen_namespace AS MATERIALIZED (
  SELECT DISTINCT checkpoint_ns FROM chosen
), stay AS (
  SELECT checkpoint_ns, checkpoint_id FROM child WHERE NOT chosen AND pg_catalog.octet_length(checkpoint_id) BETWEEN 0 AND 2147483647
  UNION ALL
  SELECT v.checkpoint_ns, v.checkpoint_id FROM chosen v CROSS JOIN LATERAL (
    SELECT true AS found FROM "waypost".checkpoint_writes
    WHERE thread_id = $1::text AND checkpoint_ns = v.checkpoint_ns AND checkpoint_id = v.checkpoint_id LIMIT 1
  ) w
  WHERE (v.checkpoint_ns, v.checkpoint_id) NOT IN (SELECT checkpoint_ns, parent_checkpoint_id FROM child)
    AND pg_catalog.octet_length(v.checkpoint_ns) BETWEEN 0 AND 2147483647 AND pg_catalog.octet_length(v.checkpoint_id) BETWEEN 0 AND 2147483647
  UNION ALL
  SELECT v.checkpoint_ns, v.checkpoint_id FROM chosen v
  CROSS JOIN (SELECT DISTINCT checkpoint_ns FROM "waypost".checkpoints WHERE thread_id = $1::text) o
  CROSS JOIN LATERAL (
    SELECT pg_catalog.min(checkpoint_id) AS id FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = v.checkpoint_ns AND checkpoint_id > v.checkpoint_id
  ) later
  CROSS JOIN LATERAL (
    SELECT true AS found FROM "waypost".checkpoints a
    WHERE thread_id = $1::text AND checkpoint_ns = o.checkpoint_ns AND checkpoint_id > v.checkpoint_id
      AND (later.id IS NULL OR checkpoint_id <= later.id)
      AND (a.checkpoint_ns, a.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM chosen)
    LIMIT 1
  ) around
  WHERE v.checkpoint_ns <> '' AND (o.checkpoint_ns = '' AND v.checkpoint_ns <> '' OR pg_catalog.starts_with(v.checkpoint_ns, o.checkpoint_ns || '|'))
    AND pg_catalog.octet_length(v.checkpoint_ns) BETWEEN 0 AND 2147483647 AND pg_catalog.octet_length(v.checkpoint_id) BETWEEN 0 AND 2147483647
  UNION
  SELECT n.checkpoint_ns, n.checkpoint_id FROM stay s CROSS JOIN LATERAL (
    SELECT s.checkpoint_ns, p.checkpoint_id FROM (
      SELECT p.checkpoint_id
      FROM (
        SELECT parent_checkpoint_id, checkpoint, metadata,
          CASE pg_catalog.jsonb_typeof(metadata -> 'counters_since_delta_snapshot'::text)
            WHEN 'object' THEN metadata -> 'counters_since_delta_snapshot'::text END AS counters,
          coalesce(metadata ->> 'delta_writes_versioned'::text, '') = 'true' AS versioned
        FROM "waypost".checkpoints WHERE thread_id = $1::text AND checkpoint_ns = s.checkpoint_ns AND checkpoint_id = s.checkpoint_id OFFSET 0
      ) c
      CROSS JOIN LATERAL (
        SELECT checkpoint_id, checkpoint -> 'channel_versions'::text AS versions
        FROM "waypost".checkpoints WHERE thread_id = $1::text AND checkpoint_ns = s.checkpoint_ns AND checkpoint_id = c.parent_checkpoint_id OFFSET 0
      ) p
      CROSS JOIN LATERAL (
        SELECT k.channel, c.checkpoint -> 'channel_versions'::text ->> k.channel AS version, false AS guessed
        FROM pg_catalog.jsonb_object_keys(c.counters) AS k(channel)
        WHERE c.checkpoint -> 'channel_versions'::text ? k.channel OR NOT c.versioned
        UNION ALL
        SELECT k.channel, k.version, true
        FROM pg_catalog.jsonb_each_text(
          CASE WHEN c.counters IS NULL AND NOT c.versioned AND pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END
        ) AS k(channel, version)
        WHERE NOT (pg_catalog.left(k.channel, 2) = '__' OR pg_catalog.left(k.channel, 7) = 'branch:')
        UNION ALL
        SELECT '__pregel_tasks', NULL, true WHERE c.checkpoint -> 'v'::text < '4'::jsonb
      ) k
      LEFT JOIN LATERAL (
        SELECT true AS here FROM "waypost".checkpoint_blobs
        WHERE thread_id = $1::text AND checkpoint_ns = s.checkpoint_ns AND channel = k.channel AND version = k.version AND type <> 'empty' OFFSET 0
      ) stored ON true
      LEFT JOIN LATERAL (
        SELECT true AS here FROM "waypost".checkpoint_writes
        WHERE thread_id = $1::text AND checkpoint_ns = s.checkpoint_ns AND checkpoint_id = p.checkpoint_id AND channel = k.channel LIMIT 1
      ) written ON k.guessed
      WHERE stored.here IS NULL AND pg_catalog.octet_length(k.channel) BETWEEN 0 AND 2147483647
        AND NOT coalesce(c.checkpoint -> 'channel_values'::text ? k.channel, false)
        AND (NOT k.guessed OR written.here OR p.versions ->> k.channel = k.version)
      LIMIT 1
    ) p
    UNION ALL
    SELECT n.checkpoint_ns, latest.checkpoint_id
    FROM chosen_namespace n CROSS JOIN LATERAL (
      SELECT checkpoint_id FROM "waypost".checkpoints
      WHERE thread_id = $1::text AND checkpoint_ns = n.checkpoint_ns AND checkpoint_id < s.checkpoint_id
      ORDER BY checkpoint_id DESC LIMIT 1
    ) latest
    WHERE (s.checkpoint_ns = '' AND n.checkpoint_ns <> '' OR pg_catalog.starts_with(n.checkpoint_ns, s.checkpoint_ns || '|'))
  ) n
), going AS MATERIALIZED (
  SELECT checkpoint_ns, checkpoint_id FROM chosen
  EXCEPT
  SELECT checkpoint_ns, checkpoint_id FROM stay
), unused AS MATERIALIZED (
  SELECT g.checkpoint_ns, v.key AS channel, v.value AS version
  FROM going g CROSS JOIN LATERAL (
    SELECT checkpoint FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = g.checkpoint_ns AND checkpoint_id = g.checkpoint_id OFFSET 0
  ) c CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE pg_catalog.octet_length(v.key) BETWEEN 0 AND 2147483647 AND NOT EXISTS (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = $1::text AND pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object' IS NOT TRUE)
  EXCEPT
  SELECT c.checkpoint_ns, v.key, v.value
  FROM "waypost".checkpoints c CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE c.thread_id = $1::text AND pg_catalog.octet_length(v.key) BETWEEN 0 AND 2147483647
    AND (c.checkpoint_ns, c.checkpoint_id) NOT IN (SELECT checkpoint_ns, checkpoint_id FROM going)
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
