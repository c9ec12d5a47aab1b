import type { Tables } from "../../schema/identifiers.js";
import { isUnreferenced, neededRanges } from "../read/parts.js";
import { cte, sql } from "../text.js";

/** What a removal took away. `kept`: checkpoints that were to go but stay. */
export interface RemovedRow {
  readonly checkpoints: number;
  readonly blobs: number;
  readonly writes: number;
  readonly kept: number;
  /** Bytes, a whole number as text: it may be larger than an `int`. */
  readonly size: string;
}

/** Removes rows, or only counts them. */
export type Act = "DELETE" | "DELETE on Citus" | "SELECT";

/** What is measured of a row: its stored size, compressed where it is; without header and indexes. */
const MEASURED = {
  checkpoints: ["checkpoint", "metadata"],
  writes: ["blob"],
  blobs: ["blob"],
  parts: ["bytes"],
} as const;
type Table = keyof typeof MEASURED;

const sizeOf = (table: Table, row: string): string =>
  MEASURED[table]
    .map((column) => `coalesce(pg_catalog.pg_column_size(${row}.${column}), 0)`)
    .join(" + ");

/**
 * What rows are measured by. Citus takes immutable functions only in RETURNING: there it gives the columns, which
 * the last SELECT measures. On one server that takes a removal a tenth longer.
 */
const returned = (table: Table, act: Act): string =>
  act === "DELETE on Citus"
    ? MEASURED[table].map((column) => `r.${column}`).join(", ")
    : `${sizeOf(table, "r")} AS size`;

const KEYS: Readonly<Record<Exclude<Table, "parts">, readonly string[]>> = {
  checkpoints: ["checkpoint_ns", "checkpoint_id"],
  writes: ["checkpoint_ns", "checkpoint_id"],
  blobs: ["checkpoint_ns", "channel", "version"],
};

/** Relations that list what is removed. */
export interface Lists {
  /** checkpoint_ns and checkpoint_id of the checkpoints that were to go. */
  readonly chosen: string;
  /** The same of those that do. */
  readonly going: string;
  /** checkpoint_ns, channel and version of blobs. */
  readonly unused: string;
}

/**
 * CTEs and a select: removes, or only counts, the checkpoints and writes of `going`, the blobs of `unused`, and
 * the parts that no other blob needs, all of one thread.
 */
export function removedListed(tables: Tables, act: Act, { chosen, going, unused }: Lists): string {
  const removed = (table: Table) => {
    if (table === "parts") return unreferencedParts(tables, act, unused);
    const list = table === "blobs" ? unused : going;
    const columns = returned(table, act);
    const match = KEYS[table].map((column) => `r.${column} = l.${column}`).join(" AND ");
    return act !== "SELECT"
      ? `DELETE FROM ${tables[table]} r USING ${list} l
WHERE r.thread_id = $1::text AND ${match}
RETURNING ${columns}`
      : `SELECT ${columns} FROM ${tables[table]} r JOIN ${list} l ON ${match}
WHERE r.thread_id = $1::text`;
  };
  const count = (list: string) => `(SELECT pg_catalog.count(*)::int FROM ${list})`;
  return counted(act, removed, `${count(chosen)} - ${count(going)}`);
}

/** Parts that no blob needs, but for those of the relation `unused`. */
function unreferencedParts(tables: Tables, act: Act, unused: string): string {
  const columns = returned("parts", act);
  if (act !== "SELECT") return `${deleteUnreferencedParts(tables, unused)}\nRETURNING ${columns}`;
  const { needed, where } = unreferenced(tables, unused);
  return `SELECT ${columns} FROM ${tables.parts} r CROSS JOIN ${needed}\n${where}`;
}

/**
 * Removes parts that no blob needs.
 *
 * @param unused relation with checkpoint_ns, channel and version of blobs that need none any more, if there are any
 */
export function deleteUnreferencedParts(tables: Tables, unused?: string): string {
  const { needed, where } = unreferenced(tables, unused);
  return `DELETE FROM ${tables.parts} r USING ${needed}\n${where}`;
}

function unreferenced(tables: Tables, unused?: string) {
  const others = sql`
  AND (checkpoint_ns, channel, version) NOT IN (SELECT checkpoint_ns, channel, version FROM ${unused ?? ""})`;
  const kept = sql`(
  SELECT segments FROM ${tables.blobs}
  WHERE thread_id = $1::text AND segments IS NOT NULL${unused === undefined ? "" : others}
)`;
  return {
    needed: sql`(
  ${neededRanges(kept)}
) n`,
    where: `WHERE r.thread_id = $1::text AND ${isUnreferenced("r", "n")}`,
  };
}

/**
 * CTEs and a select: removes, or only counts, all rows of the four tables under one condition.
 *
 * @param condition makes it for the alias of a row
 */
export function removedWhole(
  tables: Tables,
  act: Act,
  condition: (row: string) => string,
  columns: readonly string[] = [],
): string {
  const removed = (table: Table) => {
    const columns = returned(table, act);
    return act !== "SELECT"
      ? `DELETE FROM ${tables[table]} r\nWHERE ${condition("r")}\nRETURNING ${columns}`
      : `SELECT ${columns} FROM ${tables[table]} r\nWHERE ${condition("r")}`;
  };
  return counted(act, removed, "0", columns);
}

function counted(
  act: Act,
  removed: (table: Table) => string,
  kept: string,
  columns: readonly string[] = [],
): string {
  const more = columns.map((column) => `, ${column}`).join("");
  const sum = (table: Table) => {
    const size = act === "DELETE on Citus" ? sizeOf(table, "r") : "r.size";
    return `(SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(${size}), 0) AS size FROM old_${table} r)`;
  };
  const ctes = (["checkpoints", "writes", "blobs", "parts"] as const).map((table) =>
    cte(`old_${table}`, removed(table)),
  );
  return `${ctes.join(", ")}
SELECT c.rows AS checkpoints, b.rows AS blobs, w.rows AS writes, ${kept} AS kept,
  (c.size + b.size + w.size + p.size)::text AS size${more}
FROM ${sum("checkpoints")} c,
  ${sum("blobs")} b,
  ${sum("writes")} w,
  ${sum("parts")} p`;
}
