WITH referred AS MATERIALIZED (
  SELECT c.checkpoint_ns, c.checkpoint_id, v.key AS channel, v.value AS version,
    (c.parent_checkpoint_id IS NULL OR p.checkpoint_id IS NOT NULL)
      AND p.checkpoint -> 'channel_versions'::text ->> v.key IS DISTINCT FROM v.value AND NOT c.is_copy AS introduced,
    coalesce(c.checkpoint -> 'channel_values'::text ? v.key, false) AS inlined
  FROM (
    SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint,
      coalesce(metadata ->> 'source'::text, '') = 'fork' AND checkpoint_id > pg_catalog.min(checkpoint_id) OVER (
        PARTITION BY checkpoint_ns, parent_checkpoint_id, CASE WHEN pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object'
          THEN (checkpoint -> 'channel_versions'::text) - '__pregel_tasks'::text END
      ) AS is_copy
    FROM "waypost".checkpoints WHERE thread_id = $1::text
  ) c
  LEFT JOIN "waypost".checkpoints p ON p.thread_id = $1::text
    AND p.checkpoint_ns = c.checkpoint_ns AND p.checkpoint_id = c.parent_checkpoint_id
  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE pg_catalog.octet_length(v.key) BETWEEN 0 AND 2147483647
), version AS MATERIALIZED (
  SELECT checkpoint_ns, channel, version,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE introduced) AS introduced,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE NOT inlined) AS readers
  FROM referred GROUP BY checkpoint_ns, channel, version
)
SELECT CASE WHEN s.found THEN 'version_collision' ELSE 'missing' END AS kind, c.checkpoint_ns AS namespace,
  c.channel, c.version, CASE WHEN s.found THEN c.introduced ELSE c.readers END::text AS ids
FROM version c LEFT JOIN (
  SELECT checkpoint_ns, channel, version, true AS found FROM "waypost".checkpoint_blobs WHERE thread_id = $1::text
) s ON s.checkpoint_ns = c.checkpoint_ns AND s.channel = c.channel AND s.version = c.version
WHERE CASE WHEN s.found THEN pg_catalog.jsonb_array_length(c.introduced) > 1 ELSE c.readers IS NOT NULL END
UNION ALL
SELECT 'unreadable', checkpoint_ns, NULL, NULL, pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id)::text
FROM "waypost".checkpoints
WHERE thread_id = $1::text AND NOT coalesce(pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object', false) GROUP BY checkpoint_ns
ORDER BY kind, namespace, channel, version;
