import { BaseCheckpointSaver, type CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import type { Driver, Statement } from "./driver/driver.js";
import { until } from "./driver/until.js";
import { DatabaseError, InvalidInputError } from "./errors/errors.js";
import { assertKeys } from "./errors/option-keys.js";
import { observed } from "./execution/events.js";
import { type Operation, type Policy, runOperation, type Work } from "./execution/operations.js";
import { ServerFacts } from "./execution/server-facts.js";
import { withSession } from "./execution/session-settings.js";
import { type NamespaceKey, threadIdOf } from "./input/config.js";
import { flag, type PruneOptions, prunePlan, runIds, threadIds } from "./input/maintenance.js";
import { lockPlan, lockThread, type ThreadLock, type ThreadLockOptions } from "./locks/run-lock.js";
import { copyThread } from "./maintenance/copy.js";
import { deleteWhole } from "./maintenance/delete.js";
import {
  type ListThreadsOptions,
  listThreadsInput,
  type ThreadInfo,
  toThreadInfo,
} from "./maintenance/list-threads.js";
import { deleteRuns, pruneThread } from "./maintenance/prune.js";
import { addThread, NOTHING, type Removed } from "./maintenance/removed.js";
import { isDue, type RetentionPlan, retain } from "./maintenance/retention.js";
import { type RewriteOptions, type Rewritten, rewrite } from "./maintenance/rewrite.js";
import { type SweepOptions, type Swept, sweep, sweepPlan } from "./maintenance/sweep.js";
import {
  type ThreadProblems,
  type VerifyOptions,
  verify,
  verifyPlan,
} from "./maintenance/verify.js";
import type { CheckedOptions } from "./options.js";
import { type Tables, tablesIn } from "./schema/identifiers.js";
import { type SetupOptions, setup } from "./schema/setup.js";
import type { Storage } from "./schema/storage-setting.js";
import { type Catalogue, catalogueOf } from "./sql/catalogue.js";
import type { ThreadRow } from "./sql/read/list-threads.js";

/** What operators do with threads. The saver of graphs is built on it. */
export abstract class ThreadSaver extends BaseCheckpointSaver<number> implements AsyncDisposable {
  protected readonly driver: Driver;
  /** For what may be some time behind. */
  protected readonly reader: Driver;
  protected readonly tables: Tables;
  readonly #schema: string;
  readonly #policy: Policy;
  protected readonly sql: Catalogue;
  protected readonly server: ServerFacts;
  protected readonly tombstones: boolean;
  readonly #retention: RetentionPlan | undefined;

  constructor(driver: Driver, options: CheckedOptions, reader: Driver | undefined) {
    const { schema, serde, retention, tombstones, session, policy } = options;
    super(serde);
    const seen = (one: Driver) => observed(session === undefined ? one : withSession(one, session));
    this.driver = seen(driver);
    this.reader = reader === undefined ? this.driver : seen(reader);
    this.#policy = policy;
    this.#schema = schema;
    this.tables = tablesIn(schema, driver.bytes);
    this.sql = catalogueOf(schema, driver.bytes);
    this.server = new ServerFacts(this.sql);
    this.tombstones = tombstones;
    this.#retention = retention;
  }

  /**
   * Creates the tables, or upgrades those of the official savers in place. Call it before the first
   * use; calling it again, also from many processes at once, is cheap and changes nothing.
   *
   * @throws DatabaseError e.g. if the role may not create tables
   */
  async setup(options?: SetupOptions): Promise<void> {
    await this.guard({ name: "setup", idempotent: true }, (driver) =>
      setup(driver, this.#schema, options),
    );
  }

  /** Closes the connections that `fromConnString` opened; a client that was passed in stays as it is. */
  async end(): Promise<void> {
    await this.driver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  /**
   * One page of threads, the one with the newest checkpoint first. Looks at the key of every
   * checkpoint, about 0.3 seconds for a million of them.
   *
   * @example
   * const page = await saver.listThreads({ limit: 50 });
   * const next = await saver.listThreads({ limit: 50, after: page.at(-1) });
   */
  async listThreads(options?: ListThreadsOptions): Promise<ThreadInfo[]> {
    const statement = this.sql.listThreads(listThreadsInput(options));
    const operation = { name: "listThreads" };
    return (await this.query<ThreadRow>(operation, statement, this.reader)).map(toThreadInfo);
  }

  /**
   * Copies all checkpoints, values and writes of a thread, with its branches, on the server and in one
   * transaction.
   *
   * @param options.overwrite whether to replace a target that exists. Default false.
   * @throws WaypostError, before anything is written, if there is no source, the target exists, or the
   *   source holds encrypted values
   */
  async copyThread(
    sourceThreadId: string,
    targetThreadId: string,
    options: { readonly overwrite?: boolean } = {},
  ): Promise<void> {
    const source = threadIdOf(sourceThreadId);
    const target = threadIdOf(targetThreadId);
    if (source === target) throw new InvalidInputError("A thread can't be copied to itself.");
    assertKeys(options, "copyThread", { overwrite: true });
    const overwrite = flag(options.overwrite ?? false, "overwrite");
    await this.guard({ name: "copyThread", threadId: source }, (driver) =>
      copyThread(driver, this.sql, source, target, overwrite, this.tombstones),
    );
  }

  /**
   * Deletes all checkpoints, values and writes of a thread, in a transaction that waits for whoever
   * continues from one of its checkpoints. With `tombstones` nobody can write to it any more.
   */
  override async deleteThread(threadId: string): Promise<void> {
    const id = threadIdOf(threadId);
    const markDeleted = this.tombstones ? this.sql.markDeleted(id) : undefined;
    await this.guard({ name: "deleteThread", threadId: id, idempotent: true }, (driver) =>
      deleteWhole(driver, this.sql, id, null, markDeleted),
    );
  }

  /**
   * Keeps other runs from a thread that ask for its lock too, in this process and in others, until it is
   * freed or its connection is lost. Nothing else is held up. All locks of a pool take one connection of
   * it; in a transaction of yours the lock stays until that ends.
   *
   * @throws WaypostError with the code `WAYPOST_THREAD_LOCKED`, without `wait`, if somebody else has it
   * @example
   * await using lock = await saver.threadLock("1");
   * await graph.invoke(input, { configurable: { thread_id: "1" }, signal: lock.signal });
   */
  async threadLock(threadId: string, options?: ThreadLockOptions): Promise<ThreadLock> {
    const context = { driver: this.driver, tables: this.tables, sql: this.sql };
    const id = threadIdOf(threadId);
    return lockThread({ ...context, policy: this.#policy }, id, lockPlan(options));
  }

  /**
   * Removes old checkpoints of these threads, with the writes and values that nothing else needs.
   * Checkpoints that stay read as before. Beside the newest and the recent ones these stay: tips of
   * branches that wait for an answer or can be resumed, the state of subgraphs at checkpoints that
   * stay, and what delta channels of these are rebuilt from.
   *
   * Safe while the threads are written to. Each thread is pruned by itself, a large one in steps, so
   * after an error call it again.
   *
   * @returns what was removed, or with `dryRun` would be
   * @throws InvalidInputError unless `keepLast`, `olderThan` or `strategy` says what may go
   */
  async prune(threads: readonly string[], options: PruneOptions): Promise<Removed> {
    const plan = prunePlan(options);
    let total = NOTHING;
    for (const threadId of threadIds(threads)) {
      const removed = await this.guard({ name: "prune", threadId }, (driver) =>
        pruneThread(driver, this.sql, threadId, plan),
      );
      total = addThread(total, removed);
    }
    return total;
  }

  /**
   * Prunes all threads, as `prune` does, and removes values and writes that no checkpoint refers to.
   * Writes without a checkpoint go only after an hour, as they may arrive before it.
   *
   * Any number of sweeps may run at once, beside any number of writers; a thread that somebody else
   * prunes is left to them. After an error or an abort, sweep again.
   *
   * @throws InvalidInputError unless `olderThan` or `keepLast` says what may go
   */
  async sweep(options: SweepOptions): Promise<Swept> {
    const plan = sweepPlan(options);
    const { signal } = plan;
    return this.guard({ name: "sweep", signal }, (driver) =>
      sweep(driver, this.sql, this.server, plan),
    );
  }

  /**
   * Looks for damage, and yields the threads in which it finds some: values that two branches share
   * and can't (the official saver's forks), values that are missing or unreadable, and orphans. Reads
   * and decodes every value.
   *
   * @param options.repair removes orphans; the rest can't be repaired
   */
  async *verify(options?: VerifyOptions): AsyncGenerator<ThreadProblems> {
    const plan = verifyPlan(options);
    let limit: AbortSignal | undefined;
    const driver = until(this.driver, () => limit);
    const found = verify(driver, this.sql, this.serde, plan);
    for (;;) {
      const { signal } = plan;
      const next = await this.guard({ name: "verify", signal }, (_, ofStep) => {
        limit = ofStep;
        return found.next();
      });
      if (next.done) return;
      yield next.value;
    }
  }

  /**
   * Removes the checkpoints that these runs stored, in all threads: those whose metadata has the
   * `run_id`, or that were stored with it in the config's `metadata` or `configurable`. What
   * checkpoints of later runs are rebuilt from (delta channels) stays until those are removed.
   *
   * Reads the whole table of checkpoints, as there is no index on runs.
   */
  async deleteForRuns(runs: readonly string[]): Promise<Removed> {
    const ids = runIds(runs);
    if (ids.length === 0) return NOTHING;
    return this.guard({ name: "deleteForRuns" }, (driver) => deleteRuns(driver, this.sql, ids));
  }

  /**
   * Stores the values that are there in the other form; `setup({ storage })` says how those are stored
   * that come. Safe while the threads are read and written to, and may be ended at any time.
   *
   * @param storage `"incremental"` or `"full"`
   */
  async rewriteStorage(storage: Storage, options?: RewriteOptions): Promise<Rewritten> {
    const operation = { name: "rewriteStorage", signal: options?.signal };
    return this.guard(operation, (driver) =>
      rewrite(driver, this.sql, this.serde, storage, options),
    );
  }

  /**
   * Prunes the thread of a checkpoint that was just stored, where the saver is told to and it is time. What
   * fails is told to those who listen to operations; the next time removes more.
   *
   * @throws DatabaseError where it has made the caller's transaction fail, and with it what was stored
   */
  protected async retain(key: NamespaceKey, metadata: CheckpointMetadata): Promise<void> {
    const plan = this.#retention;
    if (plan === undefined || !isDue(key, metadata)) return;
    const { threadId } = key;
    let joined = false;
    const work: Work<void> = (driver) =>
      driver.transaction((tx) => {
        joined = tx.joined;
        return retain(tx, this.sql, threadId, plan);
      });
    try {
      await this.guard({ name: "retention", threadId }, work);
    } catch (error) {
      if (joined && error instanceof DatabaseError) throw error;
    }
  }

  /** One statement; like all of those that are sent alone, it can be sent twice. */
  protected query<Row extends object>(
    operation: Operation,
    statement: Statement,
    driver = this.driver,
  ): Promise<Row[]> {
    const work: Work<Row[]> = (limited) => limited.query<Row>(statement);
    return this.guard({ ...operation, idempotent: true }, work, driver);
  }

  /** Rethrows what a driver throws as an error of ours, once it is given up. */
  protected guard<T>(operation: Operation, work: Work<T>, driver = this.driver): Promise<T> {
    return runOperation(driver, this.#policy, operation, work);
  }
}
