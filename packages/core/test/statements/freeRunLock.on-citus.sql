SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended('waypost run waypost ' || $1::text, 0)) AS unlocked
FROM (
  SELECT pg_catalog.count(*) FROM (SELECT true AS found FROM "waypost".checkpoints WHERE thread_id = $1::text LIMIT 0) c
) n;
