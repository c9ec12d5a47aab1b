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
), new_vectors AS (
  SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item ->> 2 AS field, i.item ->> 3 AS content, i.item ->> 4 AS embedding
  FROM pg_catalog.jsonb_array_elements($2::text::jsonb) AS i (item)
), removed_vectors AS (
  DELETE FROM "waypost".store_vectors v USING puts p
  WHERE v.namespace_path = p.path AND v.key = p.key AND (SELECT pg_catalog.count(*) FROM written) >= 0::bigint AND NOT EXISTS (
    SELECT FROM new_vectors n WHERE n.path = v.namespace_path AND n.key = v.key AND n.field = v.field_path
  )
), put_vectors AS (
  INSERT INTO "waypost".store_vectors (namespace_path, key, field_path, text_content, embedding)
  SELECT n.path, n.key, n.field, n.content, n.embedding::"public".vector
  FROM new_vectors n
  WHERE (SELECT pg_catalog.count(*) FROM written) >= 0::bigint
  ON CONFLICT (namespace_path, key, field_path) DO UPDATE SET
    text_content = EXCLUDED.text_content,
    embedding = EXCLUDED.embedding
)
SELECT WHERE false;
