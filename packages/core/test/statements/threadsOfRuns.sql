SELECT DISTINCT thread_id AS thread FROM "waypost".checkpoints WHERE coalesce(metadata ->> 'run_id'::text, metadata ->> 'waypost_run_id'::text) = ANY ($1::text[]);
