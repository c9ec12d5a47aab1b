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
export type Act = "DELETE" | "SELECT";

/** Stored size of a row, compressed where it is; without its header and indexes. */
const SIZES = {
  checkpoints: (row: string) =>
    `pg_catalog.pg_column_size(${row}.checkpoint) + pg_catalog.pg_column_size(${row}.metadata)`,
  writes: (row: string) => `pg_catalog.pg_column_size(${row}.blob)`,
  blobs: (row: string) => `coalesce(pg_catalog.pg_column_size(${row}.blob), 0)`,
  parts: (row: string) => `pg_catalog.pg_column_size(${row}.bytes)`,
} as const;
type Table = keyof typeof SIZES;

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
    const size = `${SIZES[table]("r")} AS size`;
    const match = KEYS[table].map((column) => `r.${column} = l.${column}`).join(" AND ");
    return act === "DELETE"
      ? `DELETE FROM ${tables[table]} r USING ${list} l
WHERE r.thread_id = $1::text AND ${match}
RETURNING ${size}`
      : `SELECT ${size} FROM ${tables[table]} r JOIN ${list} l ON ${match}
WHERE r.thread_id = $1::text`;
  };
  const count = (list: string) => `(SELECT pg_catalog.count(*)::int FROM ${list})`;
  return counted(removed, `${count(chosen)} - ${count(going)}`);
}

/**
 * Parts that no blob needs.
 *
 * @param unused relation with checkpoint_ns, channel and version of blobs that need none any more
 */
export function unreferencedParts(tables: Tables, act: Act, unused: string): string {
  const kept = `(
  SELECT segments FROM ${tables.blobs}
  WHERE thread_id = $1::text AND segments IS NOT NULL
    AND (checkpoint_ns, channel, version) NOT IN (SELECT checkpoint_ns, channel, version FROM ${unused})
)`;
  const size = `${SIZES.parts("r")} AS size`;
  const needed = sql`(
  ${neededRanges(kept)}
) n`;
  const where = `WHERE r.thread_id = $1::text AND ${isUnreferenced("r", "n")}`;
  return act === "DELETE"
    ? `DELETE FROM ${tables.parts} r USING ${needed}\n${where}\nRETURNING ${size}`
    : `SELECT ${size} FROM ${tables.parts} r CROSS JOIN ${needed}\n${where}`;
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
    const size = `${SIZES[table]("r")} AS size`;
    return act === "DELETE"
      ? `DELETE FROM ${tables[table]} r\nWHERE ${condition("r")}\nRETURNING ${size}`
      : `SELECT ${size} FROM ${tables[table]} r\nWHERE ${condition("r")}`;
  };
  return counted(removed, "0", columns);
}

function counted(
  removed: (table: Table) => string,
  kept: string,
  columns: readonly string[] = [],
): string {
  const more = columns.map((column) => `, ${column}`).join("");
  const sum = (table: string) =>
    `(SELECT pg_catalog.count(*)::int AS rows, coalesce(pg_catalog.sum(size), 0) AS size FROM ${table})`;
  const ctes = (["checkpoints", "writes", "blobs", "parts"] as const).map((table) =>
    cte(`old_${table}`, removed(table)),
  );
  return `${ctes.join(", ")}
SELECT c.rows AS checkpoints, b.rows AS blobs, w.rows AS writes, ${kept} AS kept,
  (c.size + b.size + w.size + p.size)::text AS size${more}
FROM ${sum("old_checkpoints")} c,
  ${sum("old_blobs")} b,
  ${sum("old_writes")} w,
  ${sum("old_parts")} p`;
}
