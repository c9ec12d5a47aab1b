import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { materialized } from "../text.js";
import { type Act, type RemovedRow, removedWhole } from "./removed.js";

/** What a deletion took away. */
export interface DeletedRow extends RemovedRow {
  /** False, and nothing is removed, where there are other checkpoints than those that were locked. */
  readonly complete: boolean;
}

/**
 * Deletes all namespaces of a thread; nothing where it has a checkpoint from after a time.
 *
 * @returns a function of the thread, the time, and how many checkpoints are locked. Where the thread has others,
 *   which came while the locks were waited for, it removes nothing: a `put` may be about to continue from one of
 *   them.
 */
export function deleteThreadStatement(
  tables: Tables,
): (
  threadId: string,
  olderThan: string | null,
  locked: number,
  act: Exclude<Act, "SELECT">,
) => Statement {
  const complete = "checkpoints = $3::int";
  const templateFor = templateByShape((act: Act) => {
    const removed = removedWhole(tables, act, rowsIf("thread", `NOT recent AND ${complete}`), [
      `(SELECT ${complete} FROM thread) AS complete`,
    ]);
    return `WITH ${materialized("thread", ageOf(tables))}, ${removed}`;
  });
  return (threadId, olderThan, locked, act) => templateFor(act)([threadId, olderThan, locked]);
}

/** Counts what a deletion would remove. */
export function countThreadStatement(
  tables: Tables,
): (threadId: string, olderThan: string | null) => Statement {
  const counted = removedWhole(tables, "SELECT", rowsIf("thread", "NOT recent"));
  const bind = template(`WITH ${materialized("thread", ageOf(tables))}, ${counted}`);
  return (threadId, olderThan) => bind([threadId, olderThan]);
}

/** How many checkpoints a thread has, and whether one is from after a time. */
const ageOf = (
  tables: Tables,
) => `SELECT pg_catalog.count(*)::int AS checkpoints, coalesce(pg_catalog.bool_or(
  $2::text IS NOT NULL AND checkpoint ->> 'ts'::text >= $2::text COLLATE "C"
), false) AS recent
FROM ${tables.checkpoints} WHERE thread_id = $1::text`;

/** @param age relation of `ageOf` */
const rowsIf = (age: string, condition: string) => (row: string) =>
  `${row}.thread_id = $1::text AND EXISTS (SELECT true AS found FROM ${age} WHERE ${condition})`;
