WITH settings AS MATERIALIZED (
  SELECT pg_catalog.set_config('jit', 'off', true) AS jit
)
SELECT c.checkpoint_ns AS namespace, c.checkpoint_id AS id
FROM settings CROSS JOIN LATERAL (
  SELECT checkpoint_ns, checkpoint_id FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND coalesce(metadata ->> 'run_id'::text, metadata ->> 'waypost_run_id'::text) = ANY ($2::text[])
  ORDER BY checkpoint_ns, checkpoint_id FOR UPDATE
) c;
