WITH run_lock AS MATERIALIZED (
  SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND database = (
    SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
  )
), page AS (
  SELECT t.thread_id, t.checkpoint_ns, t.id, c.ts, c.metadata, s.status
  FROM (
    SELECT thread_id, checkpoint_ns, id FROM (
      SELECT DISTINCT ON (thread_id) thread_id, checkpoint_ns, pg_catalog.max(checkpoint_id) AS id
      FROM "waypost".checkpoints
      WHERE thread_id IN (SELECT thread_id FROM "waypost".checkpoints WHERE metadata @> $8::text::jsonb)
        AND ($3::text IS NULL OR pg_catalog.starts_with(thread_id, $3::text))
      GROUP BY thread_id, checkpoint_ns ORDER BY thread_id, checkpoint_ns
    ) n
    WHERE ($1::text IS NULL OR (id, thread_id) < ($1::text, $2::text))
    ORDER BY id DESC, thread_id DESC OFFSET 0
  ) t CROSS JOIN LATERAL (
    SELECT checkpoint ->> 'ts'::text AS ts, metadata FROM "waypost".checkpoints
    WHERE thread_id = t.thread_id AND checkpoint_ns = t.checkpoint_ns AND checkpoint_id = t.id OFFSET 0
  ) c CROSS JOIN LATERAL (
    SELECT CASE
      WHEN EXISTS (SELECT true AS found FROM run_lock r WHERE r.key = pg_catalog.hashtextextended('waypost run waypost ' || t.thread_id, 0)) THEN 'running'
      WHEN pg_catalog.bool_or(w.failed) THEN 'failed'
      WHEN pg_catalog.bool_or(w.asks) THEN 'interrupted'
      ELSE 'idle'
    END AS status
    FROM (
      SELECT pg_catalog.bool_or(channel = '__error__') AS failed,
        pg_catalog.bool_or(channel = '__interrupt__') AS asks
      FROM "waypost".checkpoint_writes WHERE thread_id = t.thread_id AND checkpoint_ns = t.checkpoint_ns AND checkpoint_id = t.id
      GROUP BY task_id HAVING pg_catalog.max(idx) < 0
    ) w
  ) s CROSS JOIN LATERAL (
    SELECT metadata @> $8::text::jsonb AS matches FROM "waypost".checkpoints
    WHERE thread_id = t.thread_id AND checkpoint_ns = t.checkpoint_ns
      AND pg_catalog.jsonb_exists_all(metadata, $9::text[])
    ORDER BY checkpoint_id DESC LIMIT 1
  ) f
  WHERE ($4::text IS NULL OR s.status = $4::text)
    AND ($5::text IS NULL OR c.ts >= $5::text COLLATE "C")
    AND ($6::text IS NULL OR c.ts < $6::text COLLATE "C") AND f.matches
  ORDER BY t.id DESC, t.thread_id DESC LIMIT $7::int
)
SELECT p.thread_id AS thread, p.id, p.status, o.ts AS created, p.ts AS updated,
  p.metadata::text, n.checkpoints, n.namespaces::text
FROM page p CROSS JOIN LATERAL (
  SELECT thread_id, p.checkpoint_ns, pg_catalog.count(*)::int AS checkpoints,
    pg_catalog.jsonb_agg(DISTINCT checkpoint_ns ORDER BY checkpoint_ns) AS namespaces,
    pg_catalog.min(checkpoint_id) FILTER (WHERE checkpoint_ns = p.checkpoint_ns) AS first
  FROM "waypost".checkpoints WHERE thread_id = p.thread_id GROUP BY thread_id
) n CROSS JOIN LATERAL (
  SELECT checkpoint ->> 'ts'::text AS ts FROM "waypost".checkpoints
  WHERE thread_id = n.thread_id AND checkpoint_ns = n.checkpoint_ns AND checkpoint_id = n.first OFFSET 0
) o
ORDER BY p.id DESC, p.thread_id DESC;
