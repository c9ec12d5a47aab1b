import type { Driver } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import type { ServerFacts } from "../execution/server-facts.js";
import type { PrunePlan } from "../input/maintenance.js";
import {
  assertCount,
  assertProgress,
  assertSignal,
  PRUNE_INSTEAD,
  type PruneOptions,
  prunePlan,
} from "../input/maintenance.js";
import { deletionOn, takeLock } from "../locks/maintenance-lock.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { RemovedRow } from "../sql/remove/removed.js";
import type { SweepPageInput, SweepRow } from "../sql/remove/sweep-page.js";
import { BATCH, pruneThread } from "./prune.js";
import { addThread, NOTHING, type Removed, removedOf } from "./removed.js";

/** What was removed so far, by `sweep` or `deleteThreads`. */
export interface Swept extends Removed {
  /** Threads that were looked at. */
  readonly threads: number;
  /** Threads that were deleted whole. */
  readonly deleted: number;
}

/** What `sweep` removes. One of `olderThan` and `keepLast` is required; with both, both must allow it. */
export interface SweepOptions extends Pick<PruneOptions, "olderThan" | "keepLast" | "dryRun"> {
  /**
   * `"keep_latest"` removes all but the newest checkpoints. `"delete"` removes whole threads that are idle: those
   * without a checkpoint from `olderThan` or later, which is required then, also those that wait for an answer.
   * Default `"keep_latest"`.
   */
  readonly strategy?: PruneOptions["strategy"];
  /** The largest number of checkpoints removed in one transaction, 1 or more. Default 10,000. */
  readonly batch?: number;
  /** Stops after the current thread; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each thread that had something to remove, and every hundred threads. */
  readonly onProgress?: (soFar: Swept) => void;
}

export interface SweepPlan {
  readonly prune: PrunePlan;
  readonly batch: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (soFar: Swept) => void;
}

/** Writes arrive before their checkpoint, but not by an hour. */
const WRITES_MAY_WAIT_MS = 60 * 60 * 1000;

const KEYS: OptionKeys<SweepOptions> = {
  strategy: true,
  olderThan: true,
  keepLast: true,
  dryRun: true,
  batch: true,
  signal: true,
  onProgress: true,
};

/** @throws InvalidInputError naming the option and what to pass */
export function sweepPlan(options: SweepOptions): SweepPlan {
  assertKeys(options, "sweep", KEYS, PRUNE_INSTEAD);
  const { strategy, olderThan, keepLast, dryRun } = options;
  const { batch = BATCH, signal, onProgress = () => {} } = options;
  if (olderThan === undefined && (strategy === "delete" || keepLast === undefined)) {
    throw new InvalidInputError(
      strategy === "delete"
        ? 'Pass "olderThan": it says since when a thread must be idle to be deleted.'
        : 'Pass "olderThan", "keepLast" or both: they say what may go.',
    );
  }
  assertProgress(onProgress);
  assertSignal(signal);
  const prune = prunePlan({ strategy, olderThan, keepLast, dryRun });
  return { prune, batch: assertCount(batch, "batch"), signal, onProgress };
}

/** Prunes or deletes all threads, one after the other; those that somebody else prunes are left to them. */
export async function sweep(
  driver: Driver,
  sql: Catalogue,
  server: ServerFacts,
  plan: SweepPlan,
): Promise<Swept> {
  let total: Swept = { ...NOTHING, threads: 0, deleted: 0 };
  for (let after: string | null = null; ; ) {
    const page = await sweepPage(driver, sql, server, plan, { after, total });
    plan.onProgress(page.total);
    if (page.last === undefined) return page.total;
    ({ total } = page);
    after = page.last;
  }
}

interface PageState {
  /** The last thread of the page before; null for the first page. */
  readonly after: string | null;
  readonly total: Swept;
}

/**
 * The same with the next hundred threads.
 *
 * @returns what was removed in all, and the last thread of the page, undefined where there is none left
 */
export async function sweepPage(
  driver: Driver,
  sql: Catalogue,
  server: ServerFacts,
  { prune, batch, signal, onProgress }: SweepPlan,
  { after, total }: PageState,
): Promise<{ readonly total: Swept; readonly last: string | undefined }> {
  const before = writesBefore();
  const input: SweepPageInput = { ...prune, after, writesBefore: before };
  const page: SweepRow[] = (await server.askDistributed(driver))
    ? await lookIntoEach(driver, sql, input)
    : await driver.query<SweepRow>(sql.sweepPage(input));
  let sum = total;
  for (const { thread, old, orphaned } of page) {
    signal?.throwIfAborted();
    let removed = old
      ? await pruneThread(driver, sql, thread, prune, { batch, wait: false })
      : NOTHING;
    const isDeleted = prune.strategy === "delete" && removed.checkpoints > 0;
    if (orphaned && !isDeleted) {
      const orphans = prune.dryRun
        ? await countOrphans(driver, sql, thread, before)
        : await removeOrphans(driver, sql, thread, before, false);
      removed = addThread(removed, orphans);
    }
    sum = {
      ...addThread(sum, removed),
      threads: sum.threads + 1,
      deleted: sum.deleted + (isDeleted ? 1 : 0),
    };
    if (old || orphaned) onProgress(sum);
  }
  return { total: sum, last: page.at(-1)?.thread };
}

/** A page of threads on several nodes, each of which only its own node can look into. */
async function lookIntoEach(
  driver: Driver,
  sql: Catalogue,
  input: SweepPageInput,
): Promise<SweepRow[]> {
  const rows: SweepRow[] = [];
  for (const { thread } of await driver.query<{ thread: string }>(sql.threadPage(input.after))) {
    rows.push(...(await driver.query<SweepRow>(sql.sweepThread(thread, input))));
  }
  return rows;
}

export async function countOrphans(
  driver: Driver,
  sql: Catalogue,
  threadId: string,
  before: string,
): Promise<Removed> {
  return removedOf(await driver.query<RemovedRow>(sql.removeOrphans(threadId, before, "SELECT")));
}

/**
 * First the lock, then what depends on it, as a statement with a snapshot of its own.
 *
 * @param wait whether to wait where somebody else prunes the thread, or to leave it to them
 */
export function removeOrphans(
  driver: Driver,
  sql: Catalogue,
  threadId: string,
  before: string,
  wait: boolean,
): Promise<Removed> {
  return driver.transaction(async (tx) => {
    const lock = await takeLock(tx, sql.takeMaintenanceLock(threadId, wait ? "wait" : "try"));
    if (lock === undefined) return NOTHING;
    return removedOf(
      await tx.query<RemovedRow>(sql.removeOrphans(threadId, before, deletionOn(lock))),
    );
  });
}

/** Writes to checkpoints with smaller ids are orphans, if their checkpoint is not there. */
export function writesBefore(): string {
  return firstIdAt(Date.now() - WRITES_MAY_WAIT_MS);
}

/** Between the epochs of UUIDs, 1582-10-15, and of JavaScript, in units of 100 nanoseconds. */
const GREGORIAN_OFFSET = 0x01b21dd213814000n;

/** The smallest version 6 UUID of a time: ids of checkpoints sort by the time they were made. */
function firstIdAt(milliseconds: number): string {
  const ticks = BigInt(milliseconds) * 10_000n + GREGORIAN_OFFSET;
  const hex = ticks.toString(16).padStart(15, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-6${hex.slice(12)}-0000-000000000000`;
}
