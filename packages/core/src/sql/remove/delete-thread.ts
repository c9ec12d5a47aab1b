import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { type RemovedRow, removedWhole } from "./removed.js";

/** What a deletion took away. */
export interface DeletedRow extends RemovedRow {
  /** False, and nothing is removed, where there are other checkpoints than those that were locked. */
  readonly complete: boolean;
}

/**
 * Deletes all namespaces of a thread, or only counts what that would delete; nothing where it has a
 * checkpoint from after a time.
 *
 * `remove` takes how many checkpoints are locked. Where the thread has others, which came while the locks
 * were waited for, it removes nothing: a `put` may be about to continue from one of them.
 */
export function deleteThreadStatements(tables: Tables) {
  const thread = `thread AS MATERIALIZED (
  SELECT pg_catalog.count(*)::int AS checkpoints, coalesce(pg_catalog.bool_or(
    $2::text IS NOT NULL AND checkpoint ->> 'ts'::text >= $2::text COLLATE "C"
  ), false) AS recent
  FROM ${tables.checkpoints} WHERE thread_id = $1::text
)`;
  const rows = (condition: string) =>
    `r.thread_id = $1::text AND EXISTS (SELECT true AS found FROM thread WHERE ${condition})`;
  const complete = "checkpoints = $3::int";
  const removed = removedWhole(tables, rows(`NOT recent AND ${complete}`), "DELETE", [
    `(SELECT ${complete} FROM thread) AS complete`,
  ]);
  const remove = template(`WITH ${thread}, ${removed}`);
  const count = template(`WITH ${thread}, ${removedWhole(tables, rows("NOT recent"), "SELECT")}`);
  return {
    remove: (threadId: string, olderThan: string | null, locked: number): Statement =>
      remove([threadId, olderThan, locked]),
    count: (threadId: string, olderThan: string | null): Statement => count([threadId, olderThan]),
  };
}
