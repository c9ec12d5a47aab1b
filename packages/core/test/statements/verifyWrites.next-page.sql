SELECT 'write' AS kind, checkpoint_ns AS namespace, checkpoint_id AS id, channel,
  '' AS version, task_id AS task, idx, type, NULL AS segments, blob AS bytes
FROM (
  SELECT * FROM "waypost".checkpoint_writes WHERE thread_id = $1::text AND (checkpoint_ns, checkpoint_id, task_id, idx) > ($2::text, $3::text, $4::text, $5::int)
  ORDER BY checkpoint_ns, checkpoint_id, task_id, idx LIMIT $6::int
) w ORDER BY checkpoint_ns, checkpoint_id, task_id, idx;
