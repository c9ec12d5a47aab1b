import type { Tables } from "../../schema/identifiers.js";
import { IS_UNREFERENCED, neededRanges } from "../read/parts.js";

/** What a removal took away. `kept`: checkpoints that were to go but stay. */
export interface RemovedRow {
  readonly checkpoints: number;
  readonly blobs: number;
  readonly writes: number;
  readonly kept: number;
  /** Bytes, a whole number as text: it may be larger than an `int`. */
  readonly size: string;
}

type Act = "DELETE" | "SELECT";

/** Stored size, compressed where it is; without the rows' headers and indexes. */
const SIZES = {
  checkpoints: "pg_catalog.pg_column_size(r.checkpoint) + pg_catalog.pg_column_size(r.metadata)",
  writes: "pg_catalog.pg_column_size(r.blob)",
  blobs: "coalesce(pg_catalog.pg_column_size(r.blob), 0)",
  parts: "pg_catalog.pg_column_size(r.bytes)",
} as const;
type Table = keyof typeof SIZES;

const KEYS: Readonly<Record<Exclude<Table, "parts">, readonly string[]>> = {
  checkpoints: ["checkpoint_ns", "checkpoint_id"],
  writes: ["checkpoint_ns", "checkpoint_id"],
  blobs: ["checkpoint_ns", "channel", "version"],
};

/**
 * Ends a statement whose CTEs are `chosen`, `going` (checkpoint_ns, checkpoint_id) and `unused`
 * (checkpoint_ns, channel, version): removes, or only counts, the checkpoints and writes of `going`,
 * the blobs of `unused`, and the parts that no other blob needs.
 */
export function removedListed(tables: Tables, act: Act): string {
  const removed = (table: Table) => {
    if (table === "parts") return unreferencedParts(tables, act);
    const list = table === "blobs" ? "unused" : "going";
    const size = `${SIZES[table]} AS size`;
    const match = KEYS[table].map((column) => `r.${column} = l.${column}`).join(" AND ");
    const where = `r.thread_id = $1::text`;
    return act === "DELETE"
      ? `DELETE FROM ${tables[table]} r USING ${list} l WHERE ${where} AND ${match} RETURNING ${size}`
      : `SELECT ${size} FROM ${tables[table]} r JOIN ${list} l ON ${match} WHERE ${where}`;
  };
  const kept =
    "(SELECT pg_catalog.count(*)::int FROM chosen) - (SELECT pg_catalog.count(*)::int FROM going)";
  return `, ${counted(removed, kept)}`;
}

/** Parts that no blob needs, but for those of the CTE `unused`. */
export function unreferencedParts(tables: Tables, act: Act): string {
  const kept = `(
      SELECT segments FROM ${tables.blobs}
      WHERE thread_id = $1::text AND segments IS NOT NULL
        AND (checkpoint_ns, channel, version) NOT IN (SELECT checkpoint_ns, channel, version FROM unused)
    )`;
  const from = `FROM ${tables.parts} r`;
  const needed = `(${neededRanges(kept)}
  ) n`;
  const where = `WHERE r.thread_id = $1::text AND ${IS_UNREFERENCED}`;
  return act === "DELETE"
    ? `DELETE ${from} USING ${needed} ${where} RETURNING ${SIZES.parts} AS size`
    : `SELECT ${SIZES.parts} AS size ${from} CROSS JOIN ${needed} ${where}`;
}

/** CTEs and a select: removes, or only counts, all rows `r` of the four tables under one condition. */
export function removedWhole(
  tables: Tables,
  condition: string,
  act: Act,
  columns: readonly string[] = [],
): string {
  const removed = (table: Table) => {
    const size = `${SIZES[table]} AS size`;
    return act === "DELETE"
      ? `DELETE FROM ${tables[table]} r WHERE ${condition} RETURNING ${size}`
      : `SELECT ${size} FROM ${tables[table]} r WHERE ${condition}`;
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
  return `old_checkpoints AS (
  ${removed("checkpoints")}
), old_writes AS (
  ${removed("writes")}
), old_blobs AS (
  ${removed("blobs")}
), old_parts AS (
  ${removed("parts")}
)
SELECT c.rows AS checkpoints, b.rows AS blobs, w.rows AS writes, ${kept} AS kept,
  (c.size + b.size + w.size + p.size)::text AS size${more}
FROM ${sum("old_checkpoints")} c, ${sum("old_blobs")} b, ${sum("old_writes")} w, ${sum("old_parts")} p`;
}
