import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { threadPage } from "../read/thread-page.js";
import { materialized, sql } from "../text.js";
import { lostWrites, unreferencedBlobs, unreferencedPartsOf } from "./orphans.js";

/** What may be removed. */
export interface SweepChoice {
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
  const bind = template(`WITH ${materialized("page", threadPage(tables))}
${removable(tables, "page", "p.thread_id")}
ORDER BY p.thread_id`);
  return ({ after, keepLast, olderThan, writesBefore }) =>
    bind([after, keepLast, olderThan, writesBefore]);
}

/** The same of one thread: Citus takes it for one at a time only. */
export function sweepThreadStatement(
  tables: Tables,
): (threadId: string, choice: SweepChoice) => Statement {
  const bind = template(removable(tables, "(SELECT $1::text AS thread_id)", "$1::text"));
  return (threadId, { keepLast, olderThan, writesBefore }) =>
    bind([threadId, keepLast, olderThan, writesBefore]);
}

/**
 * Whether threads have something to remove.
 *
 * @param page relation of their ids
 * @param thread how to name a thread of it, `p`
 */
function removable(tables: Tables, page: string, thread: string): string {
  const first = (select: string) => sql`LEFT JOIN LATERAL (
  ${select} LIMIT 1
)`;
  return `SELECT p.thread_id AS thread, old.id IS NOT NULL AS old,
  blob.version IS NOT NULL OR lost.checkpoint_id IS NOT NULL OR part.position IS NOT NULL AS orphaned
FROM ${page} p
LEFT JOIN LATERAL (
  SELECT pg_catalog.max(checkpoint_id) AS id FROM ${tables.checkpoints}
  WHERE thread_id = ${thread}
  GROUP BY checkpoint_ns HAVING pg_catalog.count(*) > $2::int
    AND pg_catalog.bool_or($3::text IS NULL OR checkpoint ->> 'ts'::text < $3::text COLLATE "C") LIMIT 1
) old ON true
${first(unreferencedBlobs(tables, thread))} blob ON true
${first(lostWrites(tables, thread, "$4::text"))} lost ON true
${first(unreferencedPartsOf(tables, thread))} part ON true`;
}
