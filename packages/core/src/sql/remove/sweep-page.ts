import type { Statement } from "../../driver/driver.js";
import { templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { threadPage } from "../read/thread-page.js";
import { materialized, sql } from "../text.js";
import { lostWrites, unreferencedBlobs, unreferencedPartsOf } from "./orphans.js";

/** What may be removed. */
export interface SweepChoice {
  /** Whether whole threads are to go, which have no checkpoint from `olderThan` or later. */
  readonly strategy: "keep_latest" | "delete";
  readonly keepLast: number;
  readonly olderThan: string | null;
  /** Writes to checkpoints with a smaller id may be orphans. */
  readonly writesBefore: string;
}

export interface SweepPageInput extends SweepChoice {
  /** The last thread of the page before; null for the first page. */
  readonly after: string | null;
}

export interface SweepRow {
  readonly thread: string;
  /** Whether it has more checkpoints than may stay. */
  readonly old: boolean;
  /** Whether it has rows that no checkpoint refers to. */
  readonly orphaned: boolean;
}

/** The next threads in the order of their ids, and which of them have something to remove. */
export function sweepPageStatement(tables: Tables): (input: SweepPageInput) => Statement {
  const templateFor = templateByShape(
    (strategy: Strategy) => `WITH ${materialized("page", threadPage(tables))}
${removable(tables, strategy, "page", "p.thread_id")}
ORDER BY p.thread_id`,
  );
  return ({ after, strategy, ...choice }) =>
    templateFor(strategy)([after, ...valuesOf(strategy, choice)]);
}

/** The same of one thread: Citus takes it for one at a time only. */
export function sweepThreadStatement(
  tables: Tables,
): (threadId: string, choice: SweepChoice) => Statement {
  const templateFor = templateByShape((strategy: Strategy) =>
    removable(tables, strategy, "(SELECT $1::text AS thread_id)", "$1::text"),
  );
  return (threadId, { strategy, ...choice }) =>
    templateFor(strategy)([threadId, ...valuesOf(strategy, choice)]);
}

type Strategy = SweepChoice["strategy"];

const valuesOf = (
  strategy: Strategy,
  { keepLast, olderThan, writesBefore }: Omit<SweepChoice, "strategy">,
) => [olderThan, writesBefore, ...(strategy === "delete" ? [] : [keepLast])];

/** A row for a thread with more checkpoints than may stay. */
const prunable = (tables: Tables, thread: string): string =>
  `SELECT pg_catalog.max(checkpoint_id) AS id FROM ${tables.checkpoints}
WHERE thread_id = ${thread}
GROUP BY checkpoint_ns HAVING pg_catalog.count(*) > $4::int
  AND pg_catalog.bool_or($2::text IS NULL OR checkpoint ->> 'ts'::text < $2::text COLLATE "C")`;

/**
 * A row for a thread whose newest checkpoint, of the first namespace, is old enough. Whether those of the others are
 * is looked at when the thread is locked.
 */
const idle = (tables: Tables, thread: string): string => {
  const newest = `SELECT pg_catalog.max(checkpoint_id) AS id FROM ${tables.checkpoints}
WHERE thread_id = ${thread}`;
  const first = `SELECT pg_catalog.min(checkpoint_ns) AS first FROM ${tables.checkpoints}
WHERE thread_id = ${thread}`;
  return sql`SELECT c.checkpoint_id AS id FROM (
  ${first}
) f CROSS JOIN LATERAL (
  ${newest} AND checkpoint_ns = f.first
) n CROSS JOIN LATERAL (
  SELECT checkpoint_id, checkpoint ->> 'ts'::text AS ts FROM ${tables.checkpoints}
  WHERE thread_id = ${thread} AND checkpoint_ns = f.first AND checkpoint_id = n.id
) c
WHERE c.ts < $2::text COLLATE "C"`;
};

/**
 * Whether threads have something to remove: $2 `olderThan`, $3 `writesBefore`, $4 `keepLast`, where that counts.
 *
 * @param page relation of their ids
 * @param thread how to name a thread of it, `p`
 */
function removable(tables: Tables, strategy: Strategy, page: string, thread: string): string {
  const first = (select: string) => sql`LEFT JOIN LATERAL (
  ${select} LIMIT 1
)`;
  const old = strategy === "delete" ? idle(tables, thread) : prunable(tables, thread);
  return `SELECT p.thread_id AS thread, old.id IS NOT NULL AS old,
  blob.version IS NOT NULL OR lost.checkpoint_id IS NOT NULL OR part.position IS NOT NULL AS orphaned
FROM ${page} p
${first(old)} old ON true
${first(unreferencedBlobs(tables, thread))} blob ON true
${first(lostWrites(tables, thread, "$3::text"))} lost ON true
${first(unreferencedPartsOf(tables, thread))} part ON true`;
}
