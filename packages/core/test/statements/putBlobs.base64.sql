WITH blobs AS (
  INSERT INTO "waypost".checkpoint_blobs (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
  VALUES ($1::text, $2::text, $3::text::bigint, $4::text, $5::text, $6::text, coalesce(pg_catalog.convert_to($7::text, 'UTF8'), pg_catalog.decode($8::text, 'base64'))),
  ($1::text, $2::text, $3::text::bigint, $9::text, $10::text, $11::text, coalesce(pg_catalog.convert_to($12::text, 'UTF8'), pg_catalog.decode($13::text, 'base64')))
  ON CONFLICT DO NOTHING RETURNING true
)
SELECT pg_catalog.count(*) = 2 AS fresh FROM blobs;
