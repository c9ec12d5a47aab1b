(
  SELECT 'search'::text AS kind,
    0 AS op,
    (pg_catalog.row_number() OVER (ORDER BY score DESC, created_at, namespace_path COLLATE "C", key COLLATE "C"))::int AS position,
    false AS refresh,
    s.namespace_path AS namespace,
    s.key,
    s.value::text AS value,
    pg_catalog.floor(EXTRACT(epoch FROM s.created_at) * 1000::numeric)::text AS created,
    pg_catalog.floor(EXTRACT(epoch FROM s.updated_at) * 1000::numeric)::text AS updated,
    s.score::text AS score
  FROM (
    SELECT c.* FROM (
      SELECT s.*,
        $4::text::float8 * coalesce(1::float8 / (1::float8 + n.distance), 0::float8) + (1::float8 - $4::text::float8) * pg_catalog.ts_rank(pg_catalog.jsonb_to_tsvector('english'::pg_catalog.regconfig, s.value, '["string", "numeric", "boolean"]'::jsonb), pg_catalog.plainto_tsquery('english'::pg_catalog.regconfig, $2::text))::float8 AS score
      FROM "waypost".store s
      LEFT JOIN LATERAL (
        SELECT pg_catalog.min((v.embedding OPERATOR("public".<->) $3::text::"public".vector)) AS distance FROM "waypost".store_vectors v
        WHERE v.namespace_path = s.namespace_path AND v.key = s.key
      ) n ON true
      WHERE (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
      AND s.value @> $1::text::jsonb AND (n.distance IS NOT NULL OR pg_catalog.jsonb_to_tsvector('english'::pg_catalog.regconfig, s.value, '["string", "numeric", "boolean"]'::jsonb) @@ pg_catalog.plainto_tsquery('english'::pg_catalog.regconfig, $2::text))
    ) c
    ORDER BY score DESC, created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $5::bigint OFFSET $6::bigint
  ) s
);
