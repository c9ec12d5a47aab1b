import { sql } from "@waypost/core/adapter";
import type { Search } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { filterConditions } from "./filter.js";
import { isLive, itemColumns } from "./items.js";

/** Oldest first; items of one moment in the order of their keys, by code point. */
const ORDER = `created_at, namespace_path COLLATE "C", key COLLATE "C"`;

/** The items of a page under a prefix, in their order. */
export function searchQuery(
  tables: StoreTables,
  search: Search,
  op: number,
  bindings: Bindings,
): string {
  const where = [isLive("s"), ...filterConditions(search.filter, bindings)].join("\nAND ");
  const end = bindings.add(search.limit + search.offset, "bigint");
  const first = (condition: string) => sql`(
  SELECT s.* FROM ${tables.items} s
  WHERE ${condition}${where}
  ORDER BY ${ORDER} LIMIT ${end}
)`;
  const candidates =
    search.prefix === "" ? first("") : underPrefix(bindings.add(search.prefix, "text"), first);
  const limit = bindings.add(search.limit, "bigint");
  const offset = bindings.add(search.offset, "bigint");
  return sql`SELECT 'search'::text AS kind,
  ${op} AS op,
  (pg_catalog.row_number() OVER (ORDER BY ${ORDER}))::int AS position,
  ${search.refresh ? "true" : "false"} AS refresh,
  ${itemColumns("s")}
FROM (
  SELECT c.* FROM (
    ${candidates}
  ) c
  ORDER BY ${ORDER} LIMIT ${limit} OFFSET ${offset}
) s`;
}

/**
 * Those of the namespace itself, and those of the namespaces below it, whose paths lie between the prefix
 * with a colon and with the character after that. One by one an index returns the first of each in order.
 */
function underPrefix(prefix: string, first: (condition: string) => string): string {
  const path = `s.namespace_path COLLATE "C"`;
  const below = `${path} > ${prefix} || ':'::text AND ${path} < ${prefix} || ';'::text`;
  return `${first(`${path} = ${prefix} AND `)}
UNION ALL
${first(`${below} AND `)}`;
}
