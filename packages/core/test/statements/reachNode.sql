SELECT true AS reached
FROM (
  SELECT pg_catalog.count(*) FROM (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = $1::text LIMIT 0) c
) n;
