WITH parent AS MATERIALIZED (
  SELECT true AS found FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
), checkpoint AS (
  INSERT INTO "waypost".checkpoints
    (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
  SELECT v.* FROM parent, (
    VALUES ($1::text, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
  ) v
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
    parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
    checkpoint = EXCLUDED.checkpoint,
    metadata = EXCLUDED.metadata
  RETURNING true AS fresh
), blobs AS (
  INSERT INTO "waypost".checkpoint_blobs (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
  SELECT v.* FROM parent, (
    VALUES ($1::text, $2::text, $7::text::bigint, $8::text, $9::text, $10::text, coalesce(pg_catalog.convert_to($11::text, 'UTF8'), $12::bytea)),
    ($1::text, $2::text, $7::text::bigint, $13::text, $14::text, $15::text, coalesce(pg_catalog.convert_to($16::text, 'UTF8'), $17::bytea))
  ) v
  ON CONFLICT DO NOTHING RETURNING true
)
SELECT (SELECT pg_catalog.count(*) FROM blobs) = 2 AS fresh, pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL AS distributed
FROM checkpoint;
