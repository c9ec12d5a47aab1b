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
        WHERE (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
        AND (s.value #> $1::text[]) = $2::text::jsonb
        AND (s.value #> $3::text[]) IS DISTINCT FROM $4::text::jsonb
        AND (s.value #> $5::text[]) = ANY (ARRAY(SELECT e.item FROM pg_catalog.jsonb_array_elements($6::text::jsonb) AS e (item)))
        AND ((s.value #> $7::text[]) = ANY (ARRAY(SELECT e.item FROM pg_catalog.jsonb_array_elements($8::text::jsonb) AS e (item)))) IS NOT TRUE
        AND CASE pg_catalog.jsonb_typeof((s.value #> $9::text[]))
          WHEN 'number' THEN (s.value #> $9::text[])::numeric
          WHEN 'boolean' THEN (s.value #> $9::text[])::boolean::int::numeric
          WHEN 'null' THEN 0::numeric
          WHEN 'string' THEN CASE
            WHEN ((s.value #> $9::text[]) #>> '{}'::text[]) ~  E'^\\s*$'::text THEN 0::numeric
            WHEN pg_catalog.length(((s.value #> $9::text[]) #>> '{}'::text[])) <= 1000 AND ((s.value #> $9::text[]) #>> '{}'::text[]) ~  E'^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?\\s*$'::text
              THEN pg_catalog.regexp_replace(((s.value #> $9::text[]) #>> '{}'::text[]),  E'\\s'::text, ''::text, 'g'::text)::numeric
          END
        END > $10::text::numeric
        AND CASE pg_catalog.jsonb_typeof((s.value #> $11::text[]))
          WHEN 'number' THEN (s.value #> $11::text[])::numeric
          WHEN 'boolean' THEN (s.value #> $11::text[])::boolean::int::numeric
          WHEN 'null' THEN 0::numeric
          WHEN 'string' THEN CASE
            WHEN ((s.value #> $11::text[]) #>> '{}'::text[]) ~  E'^\\s*$'::text THEN 0::numeric
            WHEN pg_catalog.length(((s.value #> $11::text[]) #>> '{}'::text[])) <= 1000 AND ((s.value #> $11::text[]) #>> '{}'::text[]) ~  E'^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?\\s*$'::text
              THEN pg_catalog.regexp_replace(((s.value #> $11::text[]) #>> '{}'::text[]),  E'\\s'::text, ''::text, 'g'::text)::numeric
          END
        END >= $12::text::numeric
        AND CASE pg_catalog.jsonb_typeof((s.value #> $13::text[]))
          WHEN 'number' THEN (s.value #> $13::text[])::numeric
          WHEN 'boolean' THEN (s.value #> $13::text[])::boolean::int::numeric
          WHEN 'null' THEN 0::numeric
          WHEN 'string' THEN CASE
            WHEN ((s.value #> $13::text[]) #>> '{}'::text[]) ~  E'^\\s*$'::text THEN 0::numeric
            WHEN pg_catalog.length(((s.value #> $13::text[]) #>> '{}'::text[])) <= 1000 AND ((s.value #> $13::text[]) #>> '{}'::text[]) ~  E'^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?\\s*$'::text
              THEN pg_catalog.regexp_replace(((s.value #> $13::text[]) #>> '{}'::text[]),  E'\\s'::text, ''::text, 'g'::text)::numeric
          END
        END < $14::text::numeric
        AND CASE pg_catalog.jsonb_typeof((s.value #> $15::text[]))
          WHEN 'number' THEN (s.value #> $15::text[])::numeric
          WHEN 'boolean' THEN (s.value #> $15::text[])::boolean::int::numeric
          WHEN 'null' THEN 0::numeric
          WHEN 'string' THEN CASE
            WHEN ((s.value #> $15::text[]) #>> '{}'::text[]) ~  E'^\\s*$'::text THEN 0::numeric
            WHEN pg_catalog.length(((s.value #> $15::text[]) #>> '{}'::text[])) <= 1000 AND ((s.value #> $15::text[]) #>> '{}'::text[]) ~  E'^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?\\s*$'::text
              THEN pg_catalog.regexp_replace(((s.value #> $15::text[]) #>> '{}'::text[]),  E'\\s'::text, ''::text, 'g'::text)::numeric
          END
        END <= $16::text::numeric
        ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $17::bigint
      )
    ) c
    ORDER BY created_at, namespace_path COLLATE "C", key COLLATE "C" LIMIT $18::bigint OFFSET $19::bigint
  ) s
);
