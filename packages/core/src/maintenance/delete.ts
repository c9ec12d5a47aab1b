import type { Driver, Queryable, Statement } from "../driver/driver.js";
import { checkIsolation, deletionOn } from "../locks/maintenance-lock.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { LockedRow } from "../sql/locks/maintenance-lock.js";
import type { DeletedRow } from "../sql/remove/delete-thread.js";
import { NOTHING, type Removed, removedOf } from "./removed.js";

/** Deletes a thread in one transaction, as `removeWhole` does. */
export function deleteWhole(
  driver: Driver,
  sql: Catalogue,
  threadId: string,
  olderThan: string | null,
  markDeleted?: Statement,
): Promise<Removed> {
  return driver.transaction((tx) => removeWhole(tx, sql, threadId, olderThan, markDeleted));
}

/**
 * Removes a thread, whoever writes to it meanwhile: a `put` that continues from one of its checkpoints
 * either ends before, and is removed or seen as news with it, or finds nothing to continue from.
 *
 * All or nothing is removed, at a moment when all checkpoints are locked. Each turn locks those that were
 * stored while the turn before waited.
 *
 * @param tx a transaction; the thread's lock and those of its checkpoints are held until its end
 * @param olderThan only if it has no checkpoint from this time or later
 * @param markDeleted marks the thread as deleted, if it is to be and was removed
 */
export async function removeWhole(
  tx: Queryable,
  sql: Catalogue,
  threadId: string,
  olderThan: string | null,
  markDeleted?: Statement,
): Promise<Removed> {
  for (;;) {
    const [lock] = await tx.query<LockedRow>(sql.lockCheckpoints(threadId));
    if (lock === undefined) return NOTHING;
    checkIsolation(lock);
    const rows = await tx.query<DeletedRow>(
      sql.deleteThread(threadId, olderThan, lock.locked, deletionOn(lock)),
    );
    if (!rows[0]?.complete) continue;
    const removed = removedOf(rows);
    const isGone = olderThan === null || removed.checkpoints > 0;
    if (markDeleted !== undefined && isGone) await tx.query(markDeleted);
    return removed;
  }
}
