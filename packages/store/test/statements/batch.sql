WITH puts AS (
  SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item, i.at
  FROM pg_catalog.jsonb_array_elements($6::text::jsonb) WITH ORDINALITY AS i (item, at)
), deletes AS (
  SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item, i.at
  FROM pg_catalog.jsonb_array_elements($7::text::jsonb) WITH ORDINALITY AS i (item, at)
), locked AS MATERIALIZED (
  SELECT s.namespace_path, s.key
  FROM (
    SELECT k.path, k.key
    FROM (SELECT d.path, d.key FROM deletes d UNION ALL SELECT p.path, p.key FROM puts p) k
    ORDER BY k.path COLLATE "C", k.key COLLATE "C"
  ) w
  CROSS JOIN LATERAL (
    SELECT s.namespace_path, s.key FROM "waypost".store s
    WHERE s.namespace_path = w.path AND s.key = w.key
    FOR UPDATE
  ) s
), deleted AS (
  DELETE FROM "waypost".store s
  USING locked l
  WHERE s.namespace_path = l.namespace_path AND s.key = l.key
    AND EXISTS (SELECT FROM deletes d WHERE d.path = s.namespace_path AND d.key = s.key)
), written AS (
  INSERT INTO "waypost".store AS s
    (namespace_path, key, value, created_at, updated_at, expires_at, ttl_minutes)
  SELECT p.path, p.key, p.item -> 3, t.at, t.at, pg_catalog.statement_timestamp() + t.ttl * '1 minute'::interval, t.ttl
  FROM puts p
  CROSS JOIN LATERAL (
    SELECT pg_catalog.statement_timestamp() + p.at::float8 * '1 microsecond'::interval AS at, (p.item ->> 2)::float8 AS ttl
  ) t
  CROSS JOIN (SELECT pg_catalog.count(*) FROM locked) l
  ORDER BY p.path COLLATE "C", p.key COLLATE "C"
  ON CONFLICT (namespace_path, key) DO UPDATE SET
    value = EXCLUDED.value,
    created_at = CASE WHEN s.expires_at <= pg_catalog.statement_timestamp() THEN EXCLUDED.created_at ELSE s.created_at END,
    updated_at = CASE WHEN s.expires_at <= pg_catalog.statement_timestamp() THEN EXCLUDED.updated_at ELSE GREATEST(EXCLUDED.updated_at, s.updated_at) END,
    expires_at = EXCLUDED.expires_at,
    ttl_minutes = EXCLUDED.ttl_minutes
  RETURNING true AS written
), found AS MATERIALIZED (
  (
    SELECT 'get'::text AS kind,
      (k.at - 1)::int AS op,
      1 AS position,
      false AS refresh,
      s.namespace_path AS namespace,
      s.key,
      s.value::text AS value,
      pg_catalog.floor(EXTRACT(epoch FROM s.created_at) * 1000::numeric)::text AS created,
      pg_catalog.floor(EXTRACT(epoch FROM s.updated_at) * 1000::numeric)::text AS updated,
      NULL::text AS score
    FROM pg_catalog.jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS k (item, at)
    CROSS JOIN LATERAL (
      SELECT s.* FROM "waypost".store s
      WHERE s.namespace_path = k.item ->> 0 AND s.key = k.item ->> 1 AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
      OFFSET 0
    ) s
  )
  UNION ALL
  (
    SELECT 'search'::text AS kind,
      0 AS op,
      (pg_catalog.row_number() OVER (ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C"))::int AS position,
      true AS refresh,
      s.namespace_path AS namespace,
      s.key,
      s.value::text AS value,
      pg_catalog.floor(EXTRACT(epoch FROM s.created_at) * 1000::numeric)::text AS created,
      pg_catalog.floor(EXTRACT(epoch FROM s.updated_at) * 1000::numeric)::text AS updated,
      NULL::text AS score
    FROM (
      SELECT c.* FROM (
        (
          SELECT s.* FROM "waypost".store s
          WHERE s.namespace_path COLLATE "C" = $2::text AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
          ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $3::bigint
        )
        UNION ALL
        (
          SELECT s.* FROM "waypost".store s
          WHERE s.namespace_path COLLATE "C" > $2::text || ':'::text AND s.namespace_path COLLATE "C" < $2::text || ';'::text AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
          ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $3::bigint
        )
      ) c
      ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $4::bigint OFFSET $5::bigint
    ) s
  )
), held AS MATERIALIZED (
  SELECT s.namespace_path, s.key
  FROM (
    SELECT DISTINCT r.namespace, r.key FROM found r
    WHERE r.refresh AND NOT EXISTS (SELECT FROM puts w WHERE w.path = r.namespace AND w.key = r.key)
      AND NOT EXISTS (SELECT FROM deletes w WHERE w.path = r.namespace AND w.key = r.key)
      AND (SELECT pg_catalog.count(*) FROM written) >= 0::bigint
      AND (SELECT pg_catalog.count(*) FROM locked) >= 0::bigint
  ) r
  CROSS JOIN LATERAL (
    SELECT s.namespace_path, s.key FROM "waypost".store s
    WHERE s.namespace_path = r.namespace AND s.key = r.key
      AND s.expires_at IS NOT NULL AND coalesce(s.ttl_minutes, $8::text::float8) IS NOT NULL
    FOR UPDATE SKIP LOCKED
  ) s
), refreshed AS (
  UPDATE "waypost".store s
  SET expires_at = pg_catalog.statement_timestamp() + coalesce(s.ttl_minutes, $8::text::float8) * '1 minute'::interval
  FROM held h
  WHERE s.namespace_path = h.namespace_path AND s.key = h.key
)
SELECT f.* FROM found f;
