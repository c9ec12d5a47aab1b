import type { Driver, Queryable, Statement } from "../driver.js";
import { WaypostError } from "../errors.js";
import type { Tables } from "../schema/identifiers.js";
import { deleteThreadCountedStatement } from "../sql/delete-thread.js";
import { type LockRow, lockCheckpointsStatement } from "../sql/lock-thread.js";
import type { Tombstones } from "../sql/tombstones.js";
import { addThread, checkIsolation, NOTHING, type Removed, removedOf } from "./removed.js";

export function deleteStatements(tables: Tables) {
  return {
    lock: lockCheckpointsStatement(tables),
    delete: deleteThreadCountedStatement(tables),
  };
}
export type DeleteStatements = ReturnType<typeof deleteStatements>;

/**
 * Deletes a thread in one transaction, whoever writes to it meanwhile: a `put` that continues from one
 * of its checkpoints either ends before, and is deleted or seen as news with it, or finds nothing to
 * continue from.
 *
 * @param olderThan only if it has no checkpoint from this time or later
 * @param bury marks the thread as deleted, if it is to be
 */
export function deleteWhole(
  driver: Driver,
  sql: DeleteStatements,
  threadId: string,
  olderThan: string | null,
  bury?: Statement,
): Promise<Removed> {
  return driver.transaction(async (tx) => {
    if (bury !== undefined) await tx.query(bury);
    let total = NOTHING;
    for (;;) {
      const [lock] = await tx.query<LockRow>(sql.lock(threadId));
      if (lock !== undefined) checkIsolation(lock);
      const removed = removedOf(await tx.query(sql.delete(threadId, olderThan, false)));
      total = addThread(total, removed);
      // What was stored between the two statements is there only now.
      if (removed.checkpoints === 0) return total;
    }
  });
}

/**
 * @param tx a transaction that has the thread's lock since before this statement
 * @throws WaypostError if the thread is marked as deleted
 */
export async function refuseBuried(
  tx: Queryable,
  tombstones: Tombstones,
  threadId: string,
): Promise<void> {
  const buried = await tx.query(tombstones.isBuried(threadId));
  if (buried.length === 0) return;
  throw new WaypostError(
    "WAYPOST_THREAD_DELETED",
    "Nothing was stored: the thread was deleted, and the saver has `tombstones`. Use a new thread.",
  );
}
