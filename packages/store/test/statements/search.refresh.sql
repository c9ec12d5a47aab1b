WITH found AS MATERIALIZED (
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
          WHERE s.namespace_path COLLATE "C" = $1::text AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
          ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $2::bigint
        )
        UNION ALL
        (
          SELECT s.* FROM "waypost".store s
          WHERE s.namespace_path COLLATE "C" > $1::text || ':'::text AND s.namespace_path COLLATE "C" < $1::text || ';'::text AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
          ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $2::bigint
        )
      ) c
      ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $3::bigint OFFSET $4::bigint
    ) s
  )
), held AS MATERIALIZED (
  SELECT s.namespace_path, s.key
  FROM (
    SELECT DISTINCT r.namespace, r.key FROM found r
    WHERE r.refresh 
  ) r
  CROSS JOIN LATERAL (
    SELECT s.namespace_path, s.key FROM "waypost".store s
    WHERE s.namespace_path = r.namespace AND s.key = r.key
      AND s.expires_at IS NOT NULL AND coalesce(s.ttl_minutes, $5::text::float8) IS NOT NULL
    FOR UPDATE SKIP LOCKED
  ) s
), refreshed AS (
  UPDATE "waypost".store s
  SET expires_at = pg_catalog.statement_timestamp() + coalesce(s.ttl_minutes, $5::text::float8) * '1 minute'::interval
  FROM held h
  WHERE s.namespace_path = h.namespace_path AND s.key = h.key
)
SELECT f.* FROM found f;
