import { sql } from "@waypost/core/adapter";
import { SEPARATOR } from "../input/namespace.js";
import type { List } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { isLive, NO_ITEM } from "./items.js";

/** Namespaces that hold an item, label by label in the order of code points. */
export function listQuery(tables: StoreTables, list: List, op: number, bindings: Bindings): string {
  const names = namesUnder(tables, literalPrefix(list.conditions), bindings);
  const conditions = bindings.add(JSON.stringify(list.conditions), "jsonb");
  const maxDepth = bindings.add(list.maxDepth, "int");
  const limit = bindings.add(list.limit, "bigint");
  const offset = bindings.add(list.offset, "bigint");
  return sql`SELECT 'list'::text AS kind,
  ${op} AS op,
  (pg_catalog.row_number() OVER (ORDER BY s.labels))::int AS position,
  false AS refresh,
  pg_catalog.array_to_string(s.labels, ':'::text) AS namespace,
  ${NO_ITEM}
FROM (
  SELECT DISTINCT l.labels[1:coalesce(${maxDepth}, pg_catalog.cardinality(l.labels))] COLLATE "C" AS labels
  FROM (
    SELECT pg_catalog.string_to_array(n.name, ':'::text) AS labels
    FROM (
      ${names}
    ) n
    WHERE EXISTS (
      SELECT FROM ${tables.items} s WHERE s.namespace_path COLLATE "C" = n.name AND ${isLive("s")}
    )
  ) l
  WHERE ${matchesAll("l.labels", conditions)}
  ORDER BY labels LIMIT ${limit} OFFSET ${offset}
) s`;
}

/** The longest beginning without a wildcard that every namespace in question has. */
function literalPrefix(conditions: List["conditions"]): string {
  const literals = conditions.map(([type, path]) => {
    const wildcard = path.indexOf("*");
    const labels = wildcard === -1 ? path : path.slice(0, wildcard);
    return type === "prefix" ? labels.join(SEPARATOR) : "";
  });
  return literals.reduce((best, one) => (one.length > best.length ? one : best), "");
}

/** From one namespace to the next by the index, not over all items. Paths may be those of no item. */
function namesUnder(tables: StoreTables, prefix: string, bindings: Bindings): string {
  const path = `s.namespace_path COLLATE "C"`;
  const next = (from: string, end: string) =>
    `SELECT s.namespace_path FROM ${tables.items} s WHERE ${path} ${from}${end} ORDER BY ${path} LIMIT 1`;
  if (prefix === "") return walk(next("> ''::text", ""), next("> w.name", ""));
  const bound = bindings.add(prefix, "text");
  // The character after the colon ends what lies below the prefix.
  const end = ` AND ${path} < ${bound} || ';'::text`;
  return sql`SELECT ${bound} AS name
UNION ALL
${walk(next(`> ${bound} || ':'::text`, end), next("> w.name", end))}`;
}

const walk = (first: string, next: string) => sql`(
  WITH RECURSIVE walked (name) AS (
    (${first})
    UNION ALL
    SELECT (${next}) FROM walked w WHERE w.name IS NOT NULL
  )
  SELECT w.name FROM walked w WHERE w.name IS NOT NULL
)`;

/** Whether labels match all conditions, pairs of a type and a path. */
const matchesAll = (labels: string, conditions: string) => {
  const path = "c.item -> 1";
  const shift = `CASE c.item ->> 0
        WHEN 'suffix' THEN pg_catalog.cardinality(${labels}) - pg_catalog.jsonb_array_length(${path})
        ELSE 0
      END`;
  return sql`NOT EXISTS (
  SELECT FROM pg_catalog.jsonb_array_elements(${conditions}) AS c (item)
  WHERE pg_catalog.cardinality(${labels}) < pg_catalog.jsonb_array_length(${path}) OR EXISTS (
    SELECT FROM pg_catalog.jsonb_array_elements_text(${path}) WITH ORDINALITY AS e (label, at)
    WHERE e.label <> '*'::text AND e.label <> (${labels})[(e.at + ${shift})::int]
  )
)`;
};
