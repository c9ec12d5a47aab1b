import type { Driver, Queryable, Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { type Choice, type ChosenRow, chooseStatement } from "../sql/prune-choose.js";
import { dryPruneStatement, removeStatement } from "../sql/prune-remove.js";
import { chooseRunsStatement, threadsOfRunsStatement } from "../sql/runs.js";
import { deleteStatements, deleteWhole } from "./delete.js";
import { addThread, checkIsolation, NOTHING, type Removed, removedOf } from "./removed.js";

/** What to prune, checked. */
export interface PrunePlan {
  readonly strategy: "keep_latest" | "delete";
  readonly keepLast: number;
  /** ISO 8601 in UTC. */
  readonly olderThan: string | null;
  readonly dryRun: boolean;
}

/**
 * Rows locked at a time. A run that continues from one of them waits for them to be removed, about a
 * second at most; each further batch looks at all that is left of the thread.
 */
export const BATCH = 10_000;

export function pruneStatements(tables: Tables) {
  return {
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
      ? removedOf(await driver.query(sql.whole.delete(threadId, olderThan, true)))
      : deleteWhole(driver, sql.whole, threadId, olderThan);
  }
  const choice: Choice = { threadId, keepLast, olderThan };
  if (dryRun) return removedOf(await driver.query(sql.dryPrune(choice)));
  let total = NOTHING;
  for (let limit = batch; ; ) {
    const { chosen, removed } = await pruneBatch(driver, sql, choice, { limit, wait });
    total = addBatch(total, removed);
    if (chosen < limit) return total;
    // All of the batch is needed: only a larger one can reach what comes after it.
    if (removed.checkpoints === 0) limit *= 2;
  }
}

/** One transaction of `pruneThread`, for at most `limit` checkpoints. */
export function pruneBatch(
  driver: Driver,
  sql: PruneStatements,
  choice: Choice,
  { limit, wait }: { readonly limit: number; readonly wait: boolean },
): Promise<{ chosen: number; removed: Removed }> {
  return driver.transaction((tx) =>
    removeChosen(tx, sql, choice.threadId, sql.choose(choice, limit, wait), true),
  );
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
    const { removed } = await driver.transaction((tx) =>
      removeChosen(tx, sql, thread, sql.chooseRuns(thread, runIds), false),
    );
    total = addThread(total, removed);
  }
  return total;
}

/**
 * First the locks, then what depends on them, as a statement of its own: only its snapshot is sure to
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
  const [first] = chosen;
  if (first === undefined) return { chosen: 0, removed: NOTHING };
  checkIsolation(first);
  const removed = removedOf(await tx.query(sql.remove(threadId, chosen, keepUseful)));
  return { chosen: chosen.length, removed };
}

/** Of one batch and the next, which looks again at what was kept. */
function addBatch(a: Removed, b: Removed): Removed {
  return addThread({ ...a, kept: 0 }, b);
}
