SELECT thread_id AS thread FROM (
  SELECT thread_id FROM (
    (
      SELECT DISTINCT thread_id FROM "waypost".checkpoints WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT $2::int
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_blobs WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT $2::int
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".checkpoint_writes WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT $2::int
    ) UNION (
      SELECT DISTINCT thread_id FROM "waypost".waypost_parts WHERE $1::text IS NULL OR thread_id > $1::text
      ORDER BY thread_id LIMIT $2::int
    )
  ) t ORDER BY thread_id LIMIT $2::int
) p ORDER BY thread_id;
