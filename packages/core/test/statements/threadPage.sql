SELECT thread_id AS thread FROM (
  SELECT thread_id FROM (
    (
      SELECT DISTINCT thread_id FROM "waypost".checkpoints WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_blobs WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_writes WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".waypost_parts WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT 100
    )
  ) t ORDER BY thread_id LIMIT 100
) p ORDER BY thread_id;
