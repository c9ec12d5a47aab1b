(
  SELECT 'list'::text AS kind,
    0 AS op,
    (pg_catalog.row_number() OVER (ORDER BY s.labels))::int AS position,
    false AS refresh,
    pg_catalog.array_to_string(s.labels, ':'::text) AS namespace,
    NULL::text AS key,
    NULL::text AS value,
    NULL::text AS created,
    NULL::text AS updated,
    NULL::text AS score
  FROM (
    SELECT DISTINCT l.labels[1:coalesce($2::int, pg_catalog.cardinality(l.labels))] COLLATE "C" AS labels
    FROM (
      SELECT pg_catalog.string_to_array(n.name, ':'::text) AS labels
      FROM (
        (
          WITH RECURSIVE walked (name) AS (
            (SELECT s.namespace_path FROM "waypost".store s WHERE s.namespace_path COLLATE "C" > ''::text ORDER BY s.namespace_path COLLATE "C" LIMIT 1)
            UNION ALL
            SELECT (SELECT s.namespace_path FROM "waypost".store s WHERE s.namespace_path COLLATE "C" > w.name ORDER BY s.namespace_path COLLATE "C" LIMIT 1) FROM walked w WHERE w.name IS NOT NULL
          )
          SELECT w.name FROM walked w WHERE w.name IS NOT NULL
        )
      ) n
      WHERE EXISTS (
        SELECT FROM "waypost".store s WHERE s.namespace_path COLLATE "C" = n.name AND (s.expires_at IS NULL OR s.expires_at > pg_catalog.statement_timestamp())
      )
    ) l
    WHERE NOT EXISTS (
      SELECT FROM pg_catalog.jsonb_array_elements($1::text::jsonb) AS c (item)
      WHERE pg_catalog.cardinality(l.labels) < pg_catalog.jsonb_array_length(c.item -> 1) OR EXISTS (
        SELECT FROM pg_catalog.jsonb_array_elements_text(c.item -> 1) WITH ORDINALITY AS e (label, at)
        WHERE e.label <> '*'::text AND e.label <> (l.labels)[(e.at + CASE c.item ->> 0
                WHEN 'suffix' THEN pg_catalog.cardinality(l.labels) - pg_catalog.jsonb_array_length(c.item -> 1)
                ELSE 0
              END)::int]
      )
    )
    ORDER BY labels LIMIT $3::bigint OFFSET $4::bigint
  ) s
);
