WITH parent AS MATERIALIZED (
  SELECT FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
)
INSERT INTO "waypost".checkpoint_blobs (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
SELECT v.* FROM parent CROSS JOIN (
  VALUES ($1::text, $2::text, $4::text::bigint, $5::text, $6::text, $7::text, coalesce(pg_catalog.convert_to($8::text, 'UTF8'), $9::bytea)),
  ($1::text, $2::text, $4::text::bigint, $10::text, $11::text, $12::text, coalesce(pg_catalog.convert_to($13::text, 'UTF8'), $14::bytea))
) v
ON CONFLICT DO NOTHING RETURNING true;
