WITH referred AS MATERIALIZED (
  SELECT c.checkpoint_ns, c.checkpoint_id, v.key AS channel, v.value AS version,
    (c.parent_checkpoint_id IS NULL OR p.checkpoint_id IS NOT NULL)
      AND p.versions ->> v.key IS DISTINCT FROM v.value AND NOT copy.found AS introduced,
    coalesce(c.checkpoint -> 'channel_values'::text ? v.key, false) AS inlined
  FROM "waypost".checkpoints c
  LEFT JOIN LATERAL (
    SELECT checkpoint_id, checkpoint -> 'channel_versions'::text AS versions
    FROM "waypost".checkpoints WHERE thread_id = $1::text AND checkpoint_ns = c.checkpoint_ns AND checkpoint_id = c.parent_checkpoint_id OFFSET 0
  ) p ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(c.metadata ->> 'source'::text, '') = 'fork' AND EXISTS (
      SELECT true AS found FROM "waypost".checkpoints o WHERE thread_id = $1::text AND checkpoint_ns = c.checkpoint_ns AND o.checkpoint_id < c.checkpoint_id
        AND o.parent_checkpoint_id IS NOT DISTINCT FROM c.parent_checkpoint_id
        AND CASE WHEN pg_catalog.jsonb_typeof(o.checkpoint -> 'channel_versions'::text) = 'object'
          THEN (o.checkpoint -> 'channel_versions'::text) - '__pregel_tasks'::text END = CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object'
            THEN (c.checkpoint -> 'channel_versions'::text) - '__pregel_tasks'::text END
    ) AS found
  ) copy
  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(CASE WHEN pg_catalog.jsonb_typeof(c.checkpoint -> 'channel_versions'::text) = 'object' THEN c.checkpoint -> 'channel_versions'::text END) v
  WHERE c.thread_id = $1::text
), version AS MATERIALIZED (
  SELECT checkpoint_ns, channel, version,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE introduced) AS introduced,
    pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id) FILTER (WHERE NOT inlined) AS readers
  FROM referred GROUP BY checkpoint_ns, channel, version
)
SELECT CASE WHEN s.found THEN 'version_collision' ELSE 'missing' END AS kind, c.checkpoint_ns AS namespace,
  c.channel, c.version, CASE WHEN s.found THEN c.introduced ELSE c.readers END::text AS ids
FROM version c LEFT JOIN LATERAL (
  SELECT true AS found FROM "waypost".checkpoint_blobs
  WHERE thread_id = $1::text AND checkpoint_ns = c.checkpoint_ns AND channel = c.channel AND version = c.version OFFSET 0
) s ON true
WHERE CASE WHEN s.found THEN pg_catalog.jsonb_array_length(c.introduced) > 1 ELSE c.readers IS NOT NULL END
UNION ALL
SELECT 'unreadable', checkpoint_ns, NULL, NULL, pg_catalog.jsonb_agg(checkpoint_id ORDER BY checkpoint_id)::text
FROM "waypost".checkpoints
WHERE thread_id = $1::text AND NOT coalesce(pg_catalog.jsonb_typeof(checkpoint -> 'channel_versions'::text) = 'object', false) GROUP BY checkpoint_ns
ORDER BY kind, namespace, channel, version;
