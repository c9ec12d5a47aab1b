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
), settings AS MATERIALIZED (
  SELECT pg_catalog.set_config('jit', 'off', true) AS jit
)
SELECT b.checkpoint_ns AS namespace, c.checkpoint_id AS id
FROM settings CROSS JOIN boundary b CROSS JOIN LATERAL (
  SELECT checkpoint_id FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = b.checkpoint_ns AND checkpoint_id < b.checkpoint_id
    AND ($3::text IS NULL OR checkpoint ->> 'ts'::text < $3::text COLLATE "C")
  ORDER BY checkpoint_id LIMIT $4::int FOR UPDATE SKIP LOCKED
) c
LIMIT $4::int;
