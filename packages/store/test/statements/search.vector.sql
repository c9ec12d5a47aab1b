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
      WITH near AS MATERIALIZED (
        SELECT v.namespace_path, v.key, (v.embedding OPERATOR("public".<=>) $2::text::"public".vector) AS distance
        FROM "waypost".store_vectors v
        JOIN "waypost".store s ON s.namespace_path = v.namespace_path AND s.key = v.key
        WHERE (s.namespace_path COLLATE "C" = $1::text OR s.namespace_path COLLATE "C" > $1::text || ':'::text AND s.namespace_path COLLATE "C" < $1::text || ';'::text) AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
        ORDER BY (v.embedding OPERATOR("public".<=>) $2::text::"public".vector) LIMIT $3::bigint * 4::bigint
      ), near_items AS (
        SELECT n.namespace_path, n.key, pg_catalog.min(n.distance) AS distance FROM near n GROUP BY 1, 2
      )
      SELECT s.*, coalesce(1::float8 - nullif(b.distance, 'NaN'::float8), 0::float8) AS score
      FROM (
        SELECT n.* FROM near_items n WHERE (SELECT pg_catalog.count(*) FROM near_items) >= $3::bigint
        UNION ALL
        SELECT a.* FROM (
          SELECT v.namespace_path, v.key, pg_catalog.min((v.embedding OPERATOR("public".<=>) $2::text::"public".vector)) AS distance
          FROM "waypost".store_vectors v
          JOIN "waypost".store s ON s.namespace_path = v.namespace_path AND s.key = v.key
          WHERE (s.namespace_path COLLATE "C" = $1::text OR s.namespace_path COLLATE "C" > $1::text || ':'::text AND s.namespace_path COLLATE "C" < $1::text || ';'::text) AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
          GROUP BY 1, 2
        ) a WHERE (SELECT pg_catalog.count(*) FROM near_items) < $3::bigint
      ) b
      JOIN "waypost".store s ON s.namespace_path = b.namespace_path AND s.key = b.key
    ) c
    WHERE c.score >= $4::text::float8
    ORDER BY score DESC, created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $5::bigint OFFSET $6::bigint
  ) s
);
