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
);
