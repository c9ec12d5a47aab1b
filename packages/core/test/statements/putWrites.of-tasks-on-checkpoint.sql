WITH checkpoint AS MATERIALIZED (
  SELECT true AS found FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
), writes AS (
  INSERT INTO "waypost".checkpoint_writes AS stored
    (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
  SELECT v.* FROM checkpoint, (
    VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::int, $7::text, $8::text, coalesce(pg_catalog.convert_to($9::text, 'UTF8'), $10::bytea)),
    ($1::text, $2::text, $3::text, $11::text, $12::text, $13::int, $14::text, $15::text, coalesce(pg_catalog.convert_to($16::text, 'UTF8'), $17::bytea))
  ) v
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
    channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob, task_path = EXCLUDED.task_path
  WHERE stored.idx < 0
  RETURNING true AS stored
)
SELECT true AS stored FROM checkpoint;
