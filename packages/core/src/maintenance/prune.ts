import type { Driver, Queryable, Statement } from "../driver/driver.js";
import type { PrunePlan } from "../input/maintenance.js";
import { takeLock } from "../locks/maintenance-lock.js";
import type { Tables } from "../schema/identifiers.js";
import { lockThreadStatement } from "../sql/locks/maintenance-lock.js";
import { type Choice, type ChosenRow, chooseStatement } from "../sql/remove/prune-choose.js";
import { dryPruneStatement, removeStatement } from "../sql/remove/prune-remove.js";
import { chooseRunsStatement, threadsOfRunsStatement } from "../sql/remove/runs.js";
import { deleteStatements, deleteWhole } from "./delete.js";
import { addThread, NOTHING, type Removed, removedOf } from "./removed.js";

/**
 * Rows locked at a time. A run that continues from one of them waits for them to be removed, about a
 * second at most; each further batch looks at all that is left of the thread.
 */
export const BATCH = 10_000;

export function pruneStatements(tables: Tables) {
  return {
    lockThread: lockThreadStatement(tables),
    choose: chooseStatement(tables),
    chooseRuns: chooseRunsStatement(tables),
    threadsOfRuns: threadsOfRunsStatement(tables),
    remove: removeStatement(tables),
    dryPrune: dryPruneStatement(tables),
    whole: deleteStatements(tables),
  };
}
export type PruneStatements = ReturnType<typeof pruneStatements>;

/**
 * Prunes one thread, in transactions of at most `batch` checkpoints. Each leaves a thread whose
 * checkpoints all read as before, so it may be interrupted between any two.
 *
 * @param how.wait whether to wait where somebody else prunes the thread, or to leave it to them
 */
export async function pruneThread(
  driver: Driver,
  sql: PruneStatements,
  threadId: string,
  { strategy, keepLast, olderThan, dryRun }: PrunePlan,
  { batch, wait } = { batch: BATCH, wait: true },
): Promise<Removed> {
  if (strategy === "delete") {
    return dryRun
      ? removedOf(await driver.query(sql.whole.count(threadId, olderThan)))
      : deleteWhole(driver, sql.whole, threadId, olderThan);
  }
  const choice: Choice = { threadId, keepLast, olderThan };
  if (dryRun) return removedOf(await driver.query(sql.dryPrune(choice)));
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
  sql: PruneStatements,
  choice: Choice,
  { limit, wait }: { readonly limit: number; readonly wait: boolean },
): Promise<{ chosen: number; removed: Removed }> {
  const { threadId } = choice;
  const free = await takeLock(tx, sql.lockThread(threadId, wait ? "wait" : "try"));
  if (!free) return { chosen: 0, removed: NOTHING };
  return removeChosen(tx, sql, threadId, sql.choose(choice, limit), true);
}

/** Removes what the runs stored, thread by thread, but for what later runs are rebuilt from. */
export async function deleteRuns(
  driver: Driver,
  sql: PruneStatements,
  runIds: readonly string[],
): Promise<Removed> {
  let total = NOTHING;
  const threads = await driver.query<{ thread: string }>(sql.threadsOfRuns(runIds));
  for (const { thread } of threads) {
    const { removed } = await driver.transaction(async (tx) => {
      await takeLock(tx, sql.lockThread(thread, "wait"));
      return removeChosen(tx, sql, thread, sql.chooseRuns(thread, runIds), false);
    });
    total = addThread(total, removed);
  }
  return total;
}

/**
 * First the rows' locks, then what depends on them, as a statement of its own: only its snapshot is sure to
 * show every checkpoint that was stored before the locks were there.
 */
async function removeChosen(
  tx: Queryable,
  sql: PruneStatements,
  threadId: string,
  choose: Statement,
  keepUseful: boolean,
): Promise<{ chosen: number; removed: Removed }> {
  const chosen = await tx.query<ChosenRow>(choose);
  if (chosen.length === 0) return { chosen: 0, removed: NOTHING };
  const removed = removedOf(await tx.query(sql.remove(threadId, chosen, keepUseful)));
  return { chosen: chosen.length, removed };
}

/** Of one batch and the next, which looks again at what was kept. */
function addBatch(a: Removed, b: Removed): Removed {
  return addThread({ ...a, kept: 0 }, b);
}
