(
  SELECT 'search'::text AS kind,
    0 AS op,
    (pg_catalog.row_number() OVER (ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C"))::int AS position,
    false AS refresh,
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
        AND s.value @> $1::text::jsonb
        ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $3::bigint
      )
      UNION ALL
      (
        SELECT s.* FROM "waypost".store s
        WHERE s.namespace_path COLLATE "C" > $2::text || ':'::text AND s.namespace_path COLLATE "C" < $2::text || ';'::text AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
        AND s.value @> $1::text::jsonb
        ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $3::bigint
      )
    ) c
    ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $4::bigint OFFSET $5::bigint
  ) s
);
