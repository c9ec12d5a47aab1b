WITH puts AS (
  SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item, i.at
  FROM pg_catalog.jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS i (item, at)
), written AS (
  INSERT INTO "waypost".store AS s
    (namespace_path, key, value, created_at, updated_at, expires_at, ttl_minutes)
  SELECT p.path, p.key, p.item -> 3, t.at, t.at, pg_catalog.statement_timestamp() + t.ttl * '1 minute'::interval, t.ttl
  FROM puts p
  CROSS JOIN LATERAL (
    SELECT pg_catalog.statement_timestamp() + p.at::float8 * '1 microsecond'::interval AS at, (p.item ->> 2)::float8 AS ttl
  ) t
  ORDER BY p.path COLLATE "C", p.key COLLATE "C"
  ON CONFLICT (namespace_path, key) DO UPDATE SET
    value = EXCLUDED.value,
    created_at = CASE WHEN s.expires_at <= pg_catalog.statement_timestamp() THEN EXCLUDED.created_at ELSE s.created_at END,
    updated_at = CASE WHEN s.expires_at <= pg_catalog.statement_timestamp() THEN EXCLUDED.updated_at ELSE GREATEST(EXCLUDED.updated_at, s.updated_at) END,
    expires_at = EXCLUDED.expires_at,
    ttl_minutes = EXCLUDED.ttl_minutes
  RETURNING true AS written
)
SELECT WHERE false;
