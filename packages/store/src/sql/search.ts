import { sql } from "@waypost/core/adapter";
import type { Search } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { filterConditions } from "./filter.js";
import { isLive, itemColumns } from "./items.js";
import { type RankContext, rankedQuery } from "./rank.js";

/** Oldest first; items of one moment in the order of their keys, by code point. */
const BY_CREATION = `created_at, namespace_path COLLATE "C", key COLLATE "C"`;

const PATH = `s.namespace_path COLLATE "C"`;

/** The items of a page under a prefix, in their order. */
export function searchQuery(
  context: RankContext,
  search: Search,
  op: number,
  bindings: Bindings,
): string {
  const where = [isLive("s"), ...filterConditions(search.filter, bindings)].join("\nAND ");
  const end = () => bindings.add(search.limit + search.offset, "bigint");
  const prefix = search.prefix === "" ? undefined : bindings.add(search.prefix, "text");
  const { rank } = search;
  const candidates =
    rank === undefined
      ? firstItems(context.tables, prefix, where, end())
      : rankedQuery(context, rank, { end, where: `${isUnder(prefix)}${where}` }, bindings);
  const order = rank === undefined ? BY_CREATION : `score DESC, ${BY_CREATION}`;
  const threshold =
    rank?.threshold == null
      ? ""
      : `\nWHERE c.score >= ${bindings.add(String(rank.threshold), "float8")}`;
  const limit = bindings.add(search.limit, "bigint");
  const offset = bindings.add(search.offset, "bigint");
  return sql`SELECT 'search'::text AS kind,
  ${op} AS op,
  (pg_catalog.row_number() OVER (ORDER BY ${order}))::int AS position,
  ${search.refresh ? "true" : "false"} AS refresh,
  ${itemColumns("s")},
  ${rank === undefined ? "NULL::text" : "s.score::text"} AS score
FROM (
  SELECT c.* FROM (
    ${candidates}
  ) c${threshold}
  ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}
) s`;
}

/** Items of all namespaces, or of one and those below it, from which an index returns the first in order. */
function firstItems(
  { items }: StoreTables,
  prefix: string | undefined,
  where: string,
  end: string,
): string {
  const first = (condition: string) => sql`(
  SELECT s.* FROM ${items} s
  WHERE ${condition}${where}
  ORDER BY ${BY_CREATION} LIMIT ${end}
)`;
  if (prefix === undefined) return first("");
  return `${first(`${PATH} = ${prefix} AND `)}
UNION ALL
${first(`${isBelow(prefix)} AND `)}`;
}

/** Paths of namespaces below a prefix lie between it with a colon and with the character after that. */
const isBelow = (prefix: string) =>
  `${PATH} > ${prefix} || ':'::text AND ${PATH} < ${prefix} || ';'::text`;

const isUnder = (prefix: string | undefined) =>
  prefix === undefined ? "" : `(${PATH} = ${prefix} OR ${isBelow(prefix)}) AND `;
