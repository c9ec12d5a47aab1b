INSERT INTO "waypost".checkpoints
  (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
SELECT p.thread_id, v.* FROM (
  SELECT thread_id FROM "waypost".checkpoints
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
) p, (
  VALUES ($2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
) v
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
  checkpoint = EXCLUDED.checkpoint,
  metadata = EXCLUDED.metadata
RETURNING true AS fresh;
