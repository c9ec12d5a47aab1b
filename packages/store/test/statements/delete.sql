WITH deletes AS (
  SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item, i.at
  FROM pg_catalog.jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS i (item, at)
), locked AS MATERIALIZED (
  SELECT s.namespace_path, s.key
  FROM (
    SELECT k.path, k.key
    FROM (SELECT d.path, d.key FROM deletes d) k
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
)
SELECT WHERE false;
