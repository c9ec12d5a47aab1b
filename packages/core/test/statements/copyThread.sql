WITH blobs AS (
  INSERT INTO "waypost".checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob, segments, put_id)
  SELECT $2::text, checkpoint_ns, channel, version, type, blob, segments, put_id FROM "waypost".checkpoint_blobs WHERE thread_id = $1::text
  ON CONFLICT DO NOTHING
), parts AS (
  INSERT INTO "waypost".waypost_parts (thread_id, position, bytes)
  SELECT $2::text, position, bytes FROM "waypost".waypost_parts WHERE thread_id = $1::text
  ON CONFLICT DO NOTHING
), writes AS (
  INSERT INTO "waypost".checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob, task_path)
  SELECT $2::text, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob, task_path FROM "waypost".checkpoint_writes WHERE thread_id = $1::text
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob, task_path = EXCLUDED.task_path
)
INSERT INTO "waypost".checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata)
SELECT $2::text, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM "waypost".checkpoints WHERE thread_id = $1::text
ON CONFLICT DO NOTHING;
