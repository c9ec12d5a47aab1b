import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { CheckpointReader } from "./checkpoints/reader.js";
import { ValueCache } from "./checkpoints/value-cache.js";
import { nextVersion, Uncontinuable } from "./checkpoints/versions.js";
import { CheckpointWriter } from "./checkpoints/writer.js";
import type { Driver } from "./driver/driver.js";
import { Executor } from "./execution/executor.js";
import { OPERATIONS } from "./execution/operations.js";
import { ServerFacts } from "./execution/server-facts.js";
import { configOf, type ListOptions } from "./input/config.js";
import type { PruneOptions } from "./input/maintenance.js";
import { RunLocks, type ThreadLock, type ThreadLockOptions } from "./locks/run-lock.js";
import type { CopyOptions } from "./maintenance/copy.js";
import type { DeleteThreadsOptions } from "./maintenance/delete-threads.js";
import type { ListThreadsOptions, ThreadInfo } from "./maintenance/list-threads.js";
import { Maintenance } from "./maintenance/maintenance.js";
import type { Removed } from "./maintenance/removed.js";
import type { RewriteOptions, Rewritten } from "./maintenance/rewrite.js";
import type { SweepOptions, Swept } from "./maintenance/sweep.js";
import type { ThreadProblems, VerifyOptions } from "./maintenance/verify.js";
import { type AdapterOptions, checkOptions, type SaverOptions } from "./options.js";
import { tablesIn } from "./schema/identifiers.js";
import { type SetupOptions, setup } from "./schema/setup.js";
import type { Storage } from "./schema/storage-setting.js";
import { pieceFormOf } from "./serializer/piece-form.js";
import { catalogueOf } from "./sql/catalogue.js";

/** A LangGraph checkpoint saver over any driver. Use the class of your driver's package. */
export abstract class WaypostSaver extends BaseCheckpointSaver<number> implements AsyncDisposable {
  readonly #schema: string;
  readonly #executor: Executor;
  readonly #cache: ValueCache;
  readonly #reader: CheckpointReader;
  readonly #writer: CheckpointWriter;
  readonly #locks: RunLocks;
  readonly #maintenance: Maintenance;

  /**
   * @throws InvalidInputError if an option can't be used; nothing is sent to the database here.
   */
  constructor(driver: Driver, options?: SaverOptions, adapter: AdapterOptions = {}) {
    const checked = checkOptions(options, adapter);
    const { schema, serde, tombstones, retention, session, policy } = checked;
    super(serde);
    const executor = new Executor(driver, {
      ...{ operations: OPERATIONS, reader: adapter.reader, session, policy, schema },
    });
    const sql = catalogueOf(schema, driver.bytes);
    const cache = new ValueCache(checked.cacheBytes, sql, pieceFormOf(serde));
    const server = new ServerFacts(sql);
    const context = {
      ...{ executor, server, sql, serde, tombstones, cache, uncontinuable: new Uncontinuable() },
      nextVersion: (current?: number) => this.getNextVersion(current),
    };
    this.#schema = schema;
    this.#executor = executor;
    this.#cache = cache;
    this.#reader = new CheckpointReader(context);
    this.#writer = new CheckpointWriter(context);
    this.#locks = new RunLocks({ executor, server, sql, tables: tablesIn(schema, driver.bytes) });
    this.#maintenance = new Maintenance({ executor, server, sql, serde, tombstones, retention });
  }

  /**
   * Creates the tables, or upgrades those of the official savers in place. Call it before the first use. You
   * can call it at every start, from many processes at once: tables that are up to date cost two reads.
   * Idempotent; retried.
   *
   * @param options storage, partitions and distribution; by default nothing of these changes
   * @throws ConfigurationError if the server, the database's encoding or existing tables can't be used
   * @throws DatabaseError for example if the role may not create tables (`42501`)
   */
  async setup(options?: SetupOptions): Promise<void> {
    await this.#executor.run({ name: "setup" }, (driver) => setup(driver, this.#schema, options));
    this.#cache.changed();
  }

  /**
   * Closes the connections that `fromConnString` opened. A client that you passed in stays open. Waits for
   * locks of threads that are not released.
   */
  async end(): Promise<void> {
    await this.#executor.driver.close();
  }

  /** Calls `end()`, at the end of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  /**
   * Reads the checkpoint that the config names, or the latest of its thread and namespace: its values, and its
   * pending writes in the order in which LangGraph applies them. One statement, one round trip; values in the
   * cache are not fetched again. Retried.
   *
   * @param config `thread_id`, optionally `checkpoint_ns` and `checkpoint_id`, in `configurable`
   * @returns the checkpoint; undefined if there is none, or the config has no `thread_id`
   * @throws SerializationError if a stored value can't be read; it names thread, checkpoint and channel
   * @throws InvalidInputError if a run would continue a thread that can only be read, such as one of Python's
   */
  override getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    return this.#reader.getTuple(config);
  }

  /**
   * Reads checkpoints, newest first, in pages of 10 to 100. It holds no connection while the loop body runs,
   * and the loop may stop at any time. Values that several checkpoints share are the same objects; treat them
   * as read-only. Each page is retried, a cursor is not.
   *
   * @param config without `thread_id`, all threads are read; without `checkpoint_ns`, all namespaces
   * @param options which checkpoints, and how to read them
   * @throws InvalidInputError if `fetch` asks for a cursor and the client can't keep one
   * @throws SerializationError if a stored value can't be read
   */
  override list(config: RunnableConfig, options?: ListOptions): AsyncGenerator<CheckpointTuple> {
    return this.#reader.list(config, options);
  }

  /**
   * Stores a checkpoint and the values of the channels in `newVersions`, atomically, in one statement and one
   * round trip. Strings, numbers and booleans of the config's `metadata` and `configurable` are stored beside the
   * metadata, so that filters find them; `getTuple` and `list` return the metadata as it was passed. Idempotent;
   * retried.
   *
   * @param config `thread_id` and `checkpoint_ns` of the checkpoint; its `checkpoint_id` is the parent
   * @returns the config that names the new checkpoint
   * @throws InvalidInputError or SerializationError if something can't be stored; nothing is written then
   * @throws ConflictError if the thread was deleted (`WAYPOST_THREAD_DELETED`) or the parent's delta channels
   *   were removed (`WAYPOST_PARENT_REMOVED`)
   */
  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    // As it is now: the caller may go on changing it meanwhile.
    const stored = { ...metadata };
    const key = await this.#writer.put(config, checkpoint, metadata, newVersions);
    await this.#maintenance.retain(key, stored);
    return configOf(key);
  }

  /**
   * Stores the pending writes of a task for a checkpoint, atomically, in one statement and one round trip.
   * Existing writes are kept; errors, interrupts and resumes are replaced. Without writes it sends nothing.
   * Idempotent; retried.
   *
   * @param config names the checkpoint: `thread_id`, `checkpoint_ns` and `checkpoint_id`
   * @param writes channel and value of each write
   * @param taskId the task
   * @param taskPath position of the task in its superstep, which decides the order of the writes
   * @throws InvalidInputError or SerializationError if something can't be stored; nothing is written then
   */
  override putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    return this.#writer.putWrites(config, writes, taskId, taskPath);
  }

  /**
   * Reads the writes from which the values of delta channels at a checkpoint are rebuilt, oldest first, and the
   * stored value that they start from. One statement, one round trip, at any depth. Retried.
   *
   * @param options the config that names the checkpoint, and the channels
   * @returns for each channel its writes, and its stored value if there is one
   */
  override getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    return this.#reader.deltaHistory(options.config, options.channels);
  }

  /**
   * Returns the next whole number plus a random fraction. Two runs or branches that start from one version never
   * get the same next version, so neither can take the other's value for its own. For a string of fixed
   * length, as some other savers write, it returns the next such string, although LangGraph's type says number.
   *
   * @throws InvalidInputError for other strings, those of Python's saver among them
   */
  override getNextVersion(current: number | undefined): number {
    return nextVersion(current) as number;
  }

  /**
   * Returns one page of threads, the thread with the newest checkpoint first, with what a list of conversations
   * shows: status, times, metadata. One statement. It reads the key of every checkpoint, about 0.3 seconds for a
   * million; with a filter, it reads the metadata of every checkpoint, but where that has an index. Retried.
   *
   * @example
   * const page = await saver.listThreads({ limit: 50 });
   * const next = await saver.listThreads({ limit: 50, after: page.at(-1) });
   */
  listThreads(options?: ListThreadsOptions): Promise<ThreadInfo[]> {
    return this.#maintenance.listThreads(options);
  }

  /**
   * Copies all checkpoints, values and pending writes of a thread, with its branches, on the server and in one
   * transaction. Not retried: look whether the target exists before you call it again.
   *
   * @param options whether to replace a target that exists
   * @throws ConflictError before anything is written: there is no source (`WAYPOST_NO_THREAD`), the target
   *   exists (`WAYPOST_THREAD_EXISTS`), or the source holds encrypted values (`WAYPOST_ENCRYPTED`)
   */
  copyThread(sourceThreadId: string, targetThreadId: string, options?: CopyOptions): Promise<void> {
    return this.#maintenance.copyThread(sourceThreadId, targetThreadId, options);
  }

  /**
   * Deletes all checkpoints, values and pending writes of a thread. It waits for operations that continue from
   * one of its checkpoints, and deletes what they store too. With the option `tombstones` nothing can write
   * to the thread afterwards. Idempotent; retried.
   */
  override deleteThread(threadId: string): Promise<void> {
    return this.#maintenance.deleteThread(threadId);
  }

  /**
   * Deletes whole threads, as `deleteThread` does, one after the other, each in a transaction: those with the given
   * ids, or all that the conditions select as those of `listThreads`. A thread that is updated meanwhile, to a time
   * that `updatedBefore` leaves out, stays. Not retried: after an error or an abort call it again, and it continues.
   *
   * @returns what was deleted, or with `dryRun` would be
   * @throws InvalidInputError without ids and conditions, or with both
   * @example
   * await saver.deleteThreads({ filter: { user: "ann" } });
   */
  deleteThreads(options: DeleteThreadsOptions): Promise<Swept> {
    return this.#maintenance.deleteThreads(options);
  }

  /**
   * Takes the lock of a thread, which one run at a time can hold, in all processes. It holds back only those
   * who ask for it too. The lock is released when it is disposed or its connection is lost. All locks of a
   * pool share one connection of it; in your transaction, a lock is held until that ends. Retried.
   *
   * @throws LockError with `wait: false`, if another run holds it (`WAYPOST_THREAD_LOCKED`)
   * @throws InvalidInputError if the client can't keep a lock, such as a pool of one
   * @example
   * await using lock = await saver.threadLock("1");
   * await graph.invoke(input, { configurable: { thread_id: "1" }, signal: lock.signal });
   */
  async threadLock(threadId: string, options?: ThreadLockOptions): Promise<ThreadLock> {
    return this.#locks.lock(threadId, options);
  }

  /**
   * Removes old checkpoints of the given threads, with the writes and values that nothing else needs. Checkpoints
   * that stay read as before. Beside the newest and the recent checkpoints these stay: tips of branches that
   * wait for an answer or can be resumed, the state of subgraphs at checkpoints that stay, and what delta
   * channels of these are rebuilt from.
   *
   * Safe while the threads are written to. It prunes one thread after the other, a large one in steps. Not
   * retried: after an error call it again, and it continues.
   *
   * @returns what was removed, or with `dryRun` would be
   * @throws InvalidInputError unless `keepLast`, `olderThan` or `strategy` is given
   */
  prune(threads: readonly string[], options: PruneOptions): Promise<Removed> {
    return this.#maintenance.prune(threads, options);
  }

  /**
   * Prunes all threads, as `prune` does, and removes values and writes that no checkpoint refers to. With the
   * strategy `"delete"` it deletes threads whose newest checkpoint is older than `olderThan`. Writes
   * without a checkpoint are removed after one hour, because they may arrive before it.
   *
   * Any number of sweeps can run at once, beside any number of writers; a thread that another sweep prunes is
   * skipped. Not retried: after an error or an abort call it again, and it continues.
   *
   * @returns what was removed, or with `dryRun` would be
   * @throws InvalidInputError unless `olderThan` or `keepLast` is given
   */
  sweep(options: SweepOptions): Promise<Swept> {
    return this.#maintenance.sweep(options);
  }

  /**
   * Looks for damage, and yields the threads in which it finds some: values that two branches stored under one
   * version, values that are missing or unreadable, and orphans. It reads and decodes every value. Not
   * retried: called again, it starts from the first thread.
   *
   * @param options which threads, and whether to remove orphans; nothing else can be repaired
   */
  verify(options?: VerifyOptions): AsyncGenerator<ThreadProblems> {
    return this.#maintenance.verify(options);
  }

  /**
   * Removes the checkpoints that the given runs stored, in all threads: those whose metadata has the `run_id`, or
   * that were stored with it, or with `runId`, in the config's `metadata` or `configurable`. LangGraph does not
   * hand the option `runId` of `invoke` to savers. What checkpoints of later runs are rebuilt from (delta
   * channels) stays until those are removed.
   *
   * It reads the whole table of checkpoints, because there is no index on runs. Not retried: after an error
   * call it again, and it continues.
   *
   * @returns what was removed
   */
  deleteForRuns(runs: readonly string[]): Promise<Removed> {
    return this.#maintenance.deleteForRuns(runs);
  }

  /**
   * Stores existing values in the other form; `setup({ storage })` decides about new ones. Safe while the
   * threads are read and written to, and can be stopped at any time. Not retried: after an error call it
   * again, and it continues.
   *
   * @param storage the form to rewrite to
   * @returns what was rewritten
   */
  rewriteStorage(storage: Storage, options?: RewriteOptions): Promise<Rewritten> {
    return this.#maintenance.rewriteStorage(storage, options);
  }
}
