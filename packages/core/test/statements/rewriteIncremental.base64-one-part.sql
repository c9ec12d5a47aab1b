WITH ready AS MATERIALIZED (
  SELECT true AS found WHERE NOT EXISTS (
    SELECT true FROM unnest($8::text[]::bigint[], $9::text[]::bigint[]) AS s(start, stop) LEFT JOIN LATERAL (
      SELECT o.position + pg_catalog.octet_length(o.bytes) AS stop FROM "waypost".waypost_parts o
      WHERE thread_id = $1::text
        AND position >= s.start AND position < s.start + 134217728
      ORDER BY position DESC LIMIT 1
    ) p ON true
    WHERE coalesce(p.stop, s.start) <> s.stop
  )
), first AS (
  INSERT INTO "waypost".waypost_parts (thread_id, position, bytes)
  SELECT p.thread_id, v.* FROM "waypost".checkpoint_blobs p, (
    VALUES ($10::text::bigint, pg_catalog.decode($11::text, 'base64'))
  ) v
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text AND EXISTS (SELECT true AS found FROM ready)
  ON CONFLICT DO NOTHING RETURNING true
), claimed AS MATERIALIZED (
  SELECT true AS found FROM ready WHERE (SELECT pg_catalog.count(*) FROM first) = 1
)
UPDATE "waypost".checkpoint_blobs SET type = $5::text, blob = pg_catalog.decode($6::text, 'base64'), segments = $7::text::bigint[]
WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text AND EXISTS (SELECT true AS found FROM claimed)
RETURNING true AS stored;
