import type { Driver, Statement } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import type { ServerFacts } from "../execution/server-facts.js";
import { assertFlag, assertProgress, assertSignal, threadIds } from "../input/maintenance.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { ListThreadsInput, ThreadRow } from "../sql/read/list-threads.js";
import { deleteWhole } from "./delete.js";
import { type ListThreadsOptions, listThreadsInput } from "./list-threads.js";
import { addThread, NOTHING, type Removed, removedOf } from "./removed.js";
import type { Swept } from "./sweep.js";

/** Which threads `deleteThreads` deletes: `threadIds`, or those that all of the other conditions select. */
export interface DeleteThreadsOptions
  extends Pick<
    ListThreadsOptions,
    "filter" | "prefix" | "status" | "updatedAfter" | "updatedBefore"
  > {
  /** The threads. */
  readonly threadIds?: readonly string[];
  /** Counts what would be deleted, and deletes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Stops after the current thread; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each thread. */
  readonly onProgress?: (soFar: Swept) => void;
}

export interface DeleteThreadsPlan {
  /** The threads, or what selects them. */
  readonly threads: readonly string[] | ListThreadsInput;
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (soFar: Swept) => void;
}

const KEYS: OptionKeys<DeleteThreadsOptions> = {
  ...{ threadIds: true, filter: true, prefix: true, status: true },
  ...{ updatedAfter: true, updatedBefore: true },
  ...{ dryRun: true, signal: true, onProgress: true },
};

/** Without an index on metadata, each page of a filter reads the whole table. */
const PAGE = 1000;

/** @throws InvalidInputError naming the option and what to pass, and unless something says which threads */
export function deleteThreadsPlan(options: DeleteThreadsOptions): DeleteThreadsPlan {
  assertKeys(options, "deleteThreads", KEYS);
  const { threadIds: ids, dryRun = false, signal, onProgress = () => {}, ...conditions } = options;
  for (const [name, value] of Object.entries(conditions)) {
    // Left out, it would select the threads of others.
    if (value === undefined) {
      throw new InvalidInputError(`"${name}" is undefined; pass a value or leave the key out.`);
    }
  }
  assertProgress(onProgress);
  assertSignal(signal);
  const plan = { dryRun: assertFlag(dryRun, "dryRun"), signal, onProgress };
  const input = listThreadsInput({ ...conditions, limit: PAGE });
  const { filter, prefix, status, updatedAfter, updatedBefore } = input;
  const isSome = [filter, prefix || undefined, status, updatedAfter, updatedBefore].some(
    (condition) => condition !== undefined,
  );
  if ((ids !== undefined) === isSome) {
    throw new InvalidInputError(
      'Pass "threadIds", or conditions such as { filter: { user: "ann" } }: they say which threads go.',
    );
  }
  return { ...plan, threads: ids === undefined ? input : threadIds(ids) };
}

/**
 * Deletes thread after thread, each in a transaction.
 *
 * @param markDeleted makes the statement that marks a thread as deleted, if they are to be
 */
export async function deleteThreads(
  driver: Driver,
  sql: Catalogue,
  server: ServerFacts,
  { threads, dryRun, signal, onProgress }: DeleteThreadsPlan,
  markDeleted?: (threadId: string) => Statement,
): Promise<Swept> {
  const olderThan = "updatedBefore" in threads ? (threads.updatedBefore ?? null) : null;
  let total: Swept = { ...NOTHING, threads: 0, deleted: 0 };
  for await (const threadId of selected(driver, sql, server, threads)) {
    signal?.throwIfAborted();
    const removed = dryRun
      ? removedOf(await driver.query(sql.countThread(threadId, olderThan)))
      : await deleteWhole(driver, sql, threadId, olderThan, markDeleted?.(threadId));
    total = {
      ...addThread(total, removed),
      threads: total.threads + 1,
      deleted: total.deleted + (isSomething(removed) ? 1 : 0),
    };
    onProgress(total);
  }
  return total;
}

const isSomething = ({ checkpoints, blobs, writes }: Removed): boolean =>
  checkpoints + blobs + writes > 0;

/** Page after page, from the newest; those that go meanwhile are above the place that it goes on from. */
async function* selected(
  driver: Driver,
  sql: Catalogue,
  server: ServerFacts,
  threads: DeleteThreadsPlan["threads"],
): AsyncGenerator<string> {
  if (!("limit" in threads)) {
    yield* threads;
    return;
  }
  const onNodes = await server.askDistributed(driver);
  for (let input = threads; ; ) {
    const rows = await driver.query<ThreadRow>(sql.listThreads(input, onNodes));
    for (const { thread } of rows) yield thread;
    const last = rows.at(-1);
    if (last === undefined || rows.length < input.limit) return;
    input = { ...input, after: { threadId: last.thread, checkpointId: last.id } };
  }
}
