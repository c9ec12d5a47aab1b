SELECT t.thread_id AS thread, t.id, c.checkpoint ->> 'ts'::text AS ts,
  c.metadata ->> 'source'::text AS source, c.metadata ->> 'step'::text AS step,
  t.checkpoints, t.namespaces::text
FROM (
  SELECT thread_id, pg_catalog.min(checkpoint_ns) AS first,
    pg_catalog.sum(checkpoints)::int AS checkpoints,
    (pg_catalog.array_agg(id ORDER BY checkpoint_ns))[1] AS id,
    pg_catalog.jsonb_agg(checkpoint_ns ORDER BY checkpoint_ns) AS namespaces
  FROM (
    SELECT thread_id, checkpoint_ns, pg_catalog.max(checkpoint_id) AS id, pg_catalog.count(*) AS checkpoints
    FROM "waypost".checkpoints GROUP BY thread_id, checkpoint_ns
  ) n
  GROUP BY thread_id
) t CROSS JOIN LATERAL (
  SELECT checkpoint, metadata FROM "waypost".checkpoints
  WHERE thread_id = t.thread_id AND checkpoint_ns = t.first AND checkpoint_id = t.id OFFSET 0
) c
WHERE ($1::text IS NULL OR (t.id, t.thread_id) < ($1::text, $2::text))
  AND ($3::text IS NULL OR c.metadata @> $3::text::jsonb)
  AND ($4::text IS NULL OR c.checkpoint ->> 'ts'::text < $4::text COLLATE "C")
ORDER BY t.id DESC, t.thread_id DESC LIMIT $5::int;
