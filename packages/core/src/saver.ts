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
import { configOf, type ListOptions } from "./input/config.js";
import type { PruneOptions } from "./input/maintenance.js";
import { RunLocks, type ThreadLock, type ThreadLockOptions } from "./locks/run-lock.js";
import type { CopyOptions } from "./maintenance/copy.js";
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
    const executor = new Executor(driver, { reader: adapter.reader, session, policy });
    const sql = catalogueOf(schema, driver.bytes);
    const cache = new ValueCache(checked.cacheBytes, sql);
    const context = {
      ...{ executor, sql, serde, tombstones, cache, uncontinuable: new Uncontinuable() },
      nextVersion: (current?: number) => this.getNextVersion(current),
    };
    this.#schema = schema;
    this.#executor = executor;
    this.#cache = cache;
    this.#reader = new CheckpointReader(context);
    this.#writer = new CheckpointWriter(context);
    this.#locks = new RunLocks({ executor, sql, tables: tablesIn(schema, driver.bytes) });
    this.#maintenance = new Maintenance({ executor, sql, serde, tombstones, retention });
  }

  /**
   * Creates the tables, or upgrades those of the official savers in place. Call it before the first
   * use; calling it again, also from many processes at once, is cheap and changes nothing.
   *
   * @throws DatabaseError e.g. if the role may not create tables
   */
  async setup(options?: SetupOptions): Promise<void> {
    await this.#executor.run({ name: "setup" }, (driver) => setup(driver, this.#schema, options));
    this.#cache.changed();
  }

  /** Closes the connections that `fromConnString` opened; a client that was passed in stays as it is. */
  async end(): Promise<void> {
    await this.#executor.driver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  /**
   * The checkpoint that the config names, or the latest of its thread and namespace, with its values
   * and its pending writes in the order in which LangGraph applies them. One round trip, which fetches
   * no values that this saver remembers.
   *
   * @returns undefined if there is none, or the config has no `thread_id`
   */
  override getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    return this.#reader.getTuple(config);
  }

  /**
   * Checkpoints, newest first, read in pages: no connection is held while the loop body runs, and it
   * may stop at any time. Without `thread_id` all threads are listed, without `checkpoint_ns` all
   * namespaces. Values that checkpoints share are the same objects; treat them as read-only.
   *
   * @param options.filter metadata must contain it, as with `@>` of Postgres
   * @param options.before only checkpoints older than the one this config names
   * @param options.limit how many at most
   * @param options.fetch `"cursor"` for one consistent snapshot through the driver's cursor, on a
   *   connection of the pool that is kept until the loop ends
   */
  override list(config: RunnableConfig, options?: ListOptions): AsyncGenerator<CheckpointTuple> {
    return this.#reader.list(config, options);
  }

  /**
   * Stores a checkpoint with the values of the channels in `newVersions`, atomically and in one round
   * trip. The config's `checkpoint_id` is its parent.
   *
   * @returns the config that names the new checkpoint
   * @throws InvalidInputError or SerializationError before anything is written
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
   * Stores the writes of a task to a checkpoint, atomically and in one round trip; none for no
   * writes. Writes that arrived before are kept; errors, interrupts and resumes are replaced.
   *
   * @param taskPath position of the task in its superstep, which decides the order of the writes
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
   * The writes from which each channel's value at a checkpoint is rebuilt, oldest first, and the
   * stored value they start from. One round trip at any depth.
   */
  override getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    return this.#reader.deltaHistory(options.config, options.channels);
  }

  /**
   * The next whole number and a random fraction. Two runs or branches that start from one version
   * never get the same next one, so neither can take the other's value for its own. Of a text of fixed
   * length, which other savers use, the next one is such a text, though LangGraph's type says otherwise.
   *
   * @throws InvalidInputError for other texts, the versions of Python's saver among them
   */
  override getNextVersion(current: number | undefined): number {
    return nextVersion(current) as number;
  }

  /**
   * One page of threads, the one with the newest checkpoint first. Looks at the key of every
   * checkpoint, about 0.3 seconds for a million of them.
   *
   * @example
   * const page = await saver.listThreads({ limit: 50 });
   * const next = await saver.listThreads({ limit: 50, after: page.at(-1) });
   */
  listThreads(options?: ListThreadsOptions): Promise<ThreadInfo[]> {
    return this.#maintenance.listThreads(options);
  }

  /**
   * Copies all checkpoints, values and writes of a thread, with its branches, on the server and in one
   * transaction. Not retried: look whether the target exists before you call it again.
   *
   * @throws ConflictError, before anything is written, if there is no source, the target exists, or the
   *   source holds encrypted values
   */
  copyThread(sourceThreadId: string, targetThreadId: string, options?: CopyOptions): Promise<void> {
    return this.#maintenance.copyThread(sourceThreadId, targetThreadId, options);
  }

  /**
   * Deletes all checkpoints, values and writes of a thread, in a transaction that waits for whoever
   * continues from one of its checkpoints. With `tombstones` nobody can write to it any more.
   */
  override deleteThread(threadId: string): Promise<void> {
    return this.#maintenance.deleteThread(threadId);
  }

  /**
   * Keeps other runs from a thread that ask for its lock too, in this process and in others, until it is
   * freed or its connection is lost. Nothing else is held up. All locks of a pool take one connection of
   * it; in a transaction of yours the lock stays until that ends.
   *
   * @throws LockError with the code `WAYPOST_THREAD_LOCKED`, without `wait`, if somebody else has it
   * @example
   * await using lock = await saver.threadLock("1");
   * await graph.invoke(input, { configurable: { thread_id: "1" }, signal: lock.signal });
   */
  async threadLock(threadId: string, options?: ThreadLockOptions): Promise<ThreadLock> {
    return this.#locks.lock(threadId, options);
  }

  /**
   * Removes old checkpoints of these threads, with the writes and values that nothing else needs.
   * Checkpoints that stay read as before. Beside the newest and the recent ones these stay: tips of
   * branches that wait for an answer or can be resumed, the state of subgraphs at checkpoints that
   * stay, and what delta channels of these are rebuilt from.
   *
   * Safe while the threads are written to. Each thread is pruned by itself, a large one in steps. Not
   * retried: after an error call it again, and it continues.
   *
   * @returns what was removed, or with `dryRun` would be
   * @throws InvalidInputError unless `keepLast`, `olderThan` or `strategy` says what may go
   */
  prune(threads: readonly string[], options: PruneOptions): Promise<Removed> {
    return this.#maintenance.prune(threads, options);
  }

  /**
   * Prunes all threads, as `prune` does, and removes values and writes that no checkpoint refers to.
   * Writes without a checkpoint go only after an hour, as they may arrive before it.
   *
   * Any number of sweeps may run at once, beside any number of writers; a thread that somebody else
   * prunes is left to them. Not retried: after an error or an abort call it again, and it continues.
   *
   * @throws InvalidInputError unless `olderThan` or `keepLast` says what may go
   */
  sweep(options: SweepOptions): Promise<Swept> {
    return this.#maintenance.sweep(options);
  }

  /**
   * Looks for damage, and yields the threads in which it finds some: values that two branches share
   * and can't (the official saver's forks), values that are missing or unreadable, and orphans. Reads
   * and decodes every value. Not retried: called again, it starts from the first thread.
   *
   * @param options.repair removes orphans; the rest can't be repaired
   */
  verify(options?: VerifyOptions): AsyncGenerator<ThreadProblems> {
    return this.#maintenance.verify(options);
  }

  /**
   * Removes the checkpoints that these runs stored, in all threads: those whose metadata has the
   * `run_id`, or that were stored with it in the config's `metadata` or `configurable`. What
   * checkpoints of later runs are rebuilt from (delta channels) stays until those are removed.
   *
   * Reads the whole table of checkpoints, as there is no index on runs. Not retried: after an error call
   * it again, and it continues.
   */
  deleteForRuns(runs: readonly string[]): Promise<Removed> {
    return this.#maintenance.deleteForRuns(runs);
  }

  /**
   * Stores the values that are there in the other form; `setup({ storage })` says how those are stored
   * that come. Safe while the threads are read and written to, and may be ended at any time. Not retried:
   * after an error call it again, and it continues.
   *
   * @param storage `"incremental"` or `"full"`
   */
  rewriteStorage(storage: Storage, options?: RewriteOptions): Promise<Rewritten> {
    return this.#maintenance.rewriteStorage(storage, options);
  }
}
