import { sql } from "@waypost/core/adapter";
import type { ItemKey } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { isLive, itemColumns } from "./items.js";

/** Items by their keys: a look-up by the primary key for each. */
export function getQuery(
  tables: StoreTables,
  keys: readonly ItemKey[],
  refresh: boolean,
  bindings: Bindings,
): string {
  const items = bindings.add(JSON.stringify(keys.map(({ path, key }) => [path, key])), "jsonb");
  return sql`SELECT 'get'::text AS kind,
  (k.at - 1)::int AS op,
  1 AS position,
  ${refresh ? "true" : "false"} AS refresh,
  ${itemColumns("s")},
  NULL::text AS score
FROM pg_catalog.jsonb_array_elements(${items}) WITH ORDINALITY AS k (item, at)
CROSS JOIN LATERAL (
  SELECT s.* FROM ${tables.items} s
  WHERE s.namespace_path = k.item ->> 0 AND s.key = k.item ->> 1 AND ${isLive("s")}
  OFFSET 0
) s`;
}
