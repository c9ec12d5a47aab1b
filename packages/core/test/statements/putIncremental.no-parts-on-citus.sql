WITH ready AS MATERIALIZED (
  SELECT true AS found FROM (
    SELECT thread_id, checkpoint FROM "waypost".checkpoints
    WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
    FOR KEY SHARE
  ) p, LATERAL (
    SELECT pg_catalog.count(*) AS stored
    FROM unnest($7::text[], $8::text[], $9::text[], $10::text[]) AS b(channel, version, put_id, segments),
    LATERAL (
      SELECT true FROM "waypost".checkpoint_blobs
      WHERE thread_id = $1::text AND thread_id = p.thread_id AND checkpoint_ns = $2::text
        AND channel = b.channel AND version = b.version
        AND put_id = b.put_id::bigint AND segments = b.segments::bigint[]
      FOR SHARE
    ) s
  ) bases
  WHERE bases.stored = pg_catalog.cardinality($7::text[])
    AND NOT EXISTS (
      SELECT true FROM unnest($7::text[], $8::text[]) AS b(channel, version)
      WHERE p.checkpoint -> 'channel_versions'::text ->> b.channel IS DISTINCT FROM b.version
    )
    AND EXISTS (SELECT true FROM "waypost".waypost_settings WHERE name = 'storage' AND value IN ('incremental', 'shared'))
    AND NOT EXISTS (
      SELECT true FROM unnest($11::text[]::bigint[], $12::text[]::bigint[]) AS s(start, stop) LEFT JOIN LATERAL (
        SELECT o.position + pg_catalog.octet_length(o.bytes) AS stop FROM "waypost".waypost_parts o
        WHERE thread_id = $1::text
          AND position >= s.start AND position < s.start + 134217728
        ORDER BY position DESC LIMIT 1
      ) p ON true
      WHERE coalesce(p.stop, s.start) <> s.stop
    )
), claimed AS MATERIALIZED (
  SELECT true AS found FROM ready
), blobs AS (
  INSERT INTO "waypost".checkpoint_blobs (thread_id, checkpoint_ns, put_id, channel, version, type, blob, segments)
  SELECT p.thread_id, v.* FROM "waypost".checkpoints p, (
    VALUES ($2::text, $13::text::bigint, $14::text, $15::text, $16::text, coalesce(pg_catalog.convert_to($17::text, 'UTF8'), $18::bytea), $19::text::bigint[]),
    ($2::text, $13::text::bigint, $20::text, $21::text, $22::text, coalesce(pg_catalog.convert_to($23::text, 'UTF8'), $24::bytea), $25::text::bigint[])
  ) v
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text AND EXISTS (SELECT true AS found FROM claimed)
  ON CONFLICT DO NOTHING RETURNING true
), checkpoint AS (
  INSERT INTO "waypost".checkpoints
    (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
  SELECT p.thread_id, v.* FROM "waypost".checkpoints p, (
    VALUES ($2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
  ) v
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text AND EXISTS (SELECT true AS found FROM claimed)
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
    parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
    checkpoint = EXCLUDED.checkpoint,
    metadata = EXCLUDED.metadata
  RETURNING true AS fresh
)
SELECT (SELECT pg_catalog.count(*) FROM blobs) = 2 AS fresh, pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL AS distributed
FROM checkpoint;
