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
), claimed AS MATERIALIZED (
  SELECT true AS found FROM ready
)
UPDATE "waypost".checkpoint_blobs SET type = $5::text, blob = $6::bytea, segments = $7::text::bigint[]
WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND channel = $3::text AND version = $4::text AND EXISTS (SELECT true AS found FROM claimed)
RETURNING true AS stored;
