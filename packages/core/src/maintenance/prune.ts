import type { Driver, Queryable, Statement } from "../driver/driver.js";
import type { PrunePlan } from "../input/maintenance.js";
import { deletionOn, takeLock } from "../locks/maintenance-lock.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { Choice, ChosenRow } from "../sql/remove/prune-choose.js";
import { deleteWhole } from "./delete.js";
import { addThread, NOTHING, type Removed, removedOf } from "./removed.js";

/**
 * Rows locked at a time. A run that continues from one of them waits for them to be removed, about a
 * second at most; each further batch looks at all that is left of the thread.
 */
export const BATCH = 10_000;

/**
 * Prunes one thread, in transactions of at most `batch` checkpoints. Each leaves a thread whose
 * checkpoints all read as before, so it may be interrupted between any two.
 *
 * @param how.wait whether to wait where somebody else prunes the thread, or to leave it to them
 */
export async function pruneThread(
  driver: Driver,
  sql: Catalogue,
  threadId: string,
  { strategy, keepLast, olderThan, dryRun }: PrunePlan,
  { batch, wait } = { batch: BATCH, wait: true },
): Promise<Removed> {
  if (strategy === "delete") {
    return dryRun
      ? removedOf(await driver.query(sql.countThread(threadId, olderThan)))
      : deleteWhole(driver, sql, threadId, olderThan);
  }
  const choice: Choice = { threadId, keepLast, olderThan };
  if (dryRun) return removedOf(await driver.query(sql.countPruned(choice)));
  let total = NOTHING;
  for (let limit = batch; ; ) {
    const { chosen, removed } = await driver.transaction((tx) =>
      pruneBatch(tx, sql, choice, { limit, wait }),
    );
    total = addBatch(total, removed);
    if (chosen < limit) return total;
    // All of the batch is needed: only a larger one can reach what comes after it.
    if (removed.checkpoints === 0) limit *= 2;
  }
}

/** One transaction of `pruneThread`, for at most `limit` checkpoints. */
export async function pruneBatch(
  tx: Queryable,
  sql: Catalogue,
  choice: Choice,
  { limit, wait }: { readonly limit: number; readonly wait: boolean },
): Promise<{ chosen: number; removed: Removed }> {
  const { threadId } = choice;
  const lock = await takeLock(tx, sql.takeMaintenanceLock(threadId, wait ? "wait" : "try"));
  if (lock === undefined) return { chosen: 0, removed: NOTHING };
  const chosen = await tx.query<ChosenRow>(sql.choosePruned(choice, limit));
  return removeChosen(tx, chosen, () => sql.removeChosen(threadId, chosen, true, deletionOn(lock)));
}

/** Removes what the runs stored, thread by thread, but for what later runs are rebuilt from. */
export async function deleteRuns(
  driver: Driver,
  sql: Catalogue,
  runIds: readonly string[],
): Promise<Removed> {
  let total = NOTHING;
  const threads = await driver.query<{ thread: string }>(sql.threadsOfRuns(runIds));
  for (const { thread } of threads) {
    const { removed } = await driver.transaction(async (tx) => {
      const lock = await takeLock(tx, sql.takeMaintenanceLock(thread, "wait"));
      if (lock === undefined) return { removed: NOTHING };
      const chosen = await tx.query<ChosenRow>(sql.chooseRuns(thread, runIds));
      return removeChosen(tx, chosen, () =>
        sql.removeChosen(thread, chosen, false, deletionOn(lock)),
      );
    });
    total = addThread(total, removed);
  }
  return total;
}

/**
 * First the rows' locks, then what depends on them, as a statement of its own: only its snapshot is sure to
 * show every checkpoint that was stored before the locks were there.
 *
 * @param chosen checkpoints whose rows are locked
 * @param remove makes the statement
 */
async function removeChosen(
  tx: Queryable,
  chosen: readonly ChosenRow[],
  remove: () => Statement,
): Promise<{ chosen: number; removed: Removed }> {
  if (chosen.length === 0) return { chosen: 0, removed: NOTHING };
  return { chosen: chosen.length, removed: removedOf(await tx.query(remove())) };
}

/** Of one batch and the next, which looks again at what was kept. */
function addBatch(a: Removed, b: Removed): Removed {
  return addThread({ ...a, kept: 0 }, b);
}
