import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import type { Queryable } from "../driver/driver.js";
import { until } from "../driver/until.js";
import { DatabaseError, InvalidInputError } from "../errors/errors.js";
import { assertKeys } from "../errors/option-keys.js";
import type { Executor } from "../execution/executor.js";
import type { ServerFacts } from "../execution/server-facts.js";
import { type NamespaceKey, threadIdOf } from "../input/config.js";
import {
  assertFlag,
  type PruneOptions,
  prunePlan,
  runIds,
  threadIds,
} from "../input/maintenance.js";
import type { Storage } from "../schema/storage-setting.js";
import type { Serializer } from "../serializer/types.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { ThreadRow } from "../sql/read/list-threads.js";
import { type CopyOptions, copyThread } from "./copy.js";
import { deleteWhole } from "./delete.js";
import { type DeleteThreadsOptions, deleteThreads, deleteThreadsPlan } from "./delete-threads.js";
import { IdleThreads } from "./idle-threads.js";
import {
  type ListThreadsOptions,
  listThreadsInput,
  type ThreadInfo,
  toThreadInfo,
} from "./list-threads.js";
import { deleteRuns, pruneThread } from "./prune.js";
import { addThread, NOTHING, type Removed } from "./removed.js";
import { isDue, type PruneRetention, type RetentionPlan, retain } from "./retention.js";
import { type RewriteOptions, type Rewritten, rewrite } from "./rewrite.js";
import { type SweepOptions, type Swept, sweep, sweepPlan } from "./sweep.js";
import { type ThreadProblems, type VerifyOptions, verify, verifyPlan } from "./verify.js";

export interface MaintenanceContext {
  readonly executor: Executor;
  readonly server: ServerFacts;
  readonly sql: Catalogue;
  readonly serde: Serializer;
  /** Whether a deleted thread may not begin anew. */
  readonly tombstones: boolean;
  /** Undefined where all checkpoints stay. */
  readonly retention: RetentionPlan | undefined;
}

/** What operators do with threads. */
export class Maintenance {
  readonly #context: MaintenanceContext;
  readonly #executor: Executor;
  readonly #sql: Catalogue;
  readonly #idle: IdleThreads | undefined;

  constructor(context: MaintenanceContext) {
    this.#context = context;
    this.#executor = context.executor;
    this.#sql = context.sql;
    const idle = context.retention?.idle;
    this.#idle = idle === undefined ? undefined : new IdleThreads(idle);
  }

  async listThreads(options?: ListThreadsOptions): Promise<ThreadInfo[]> {
    const input = listThreadsInput(options);
    const list = async (driver: Queryable) =>
      driver.query<ThreadRow>(
        this.#sql.listThreads(input, await this.#context.server.askDistributed(driver)),
      );
    const { reader } = this.#executor;
    const rows = await this.#executor.run({ name: "listThreads" }, list, reader);
    return rows.map(toThreadInfo);
  }

  async copyThread(from: string, to: string, options: CopyOptions = {}): Promise<void> {
    const source = threadIdOf(from);
    const target = threadIdOf(to);
    if (source === target) throw new InvalidInputError("A thread can't be copied to itself.");
    assertKeys(options, "copyThread", { overwrite: true });
    const overwrite = assertFlag(options.overwrite ?? false, "overwrite");
    const { tombstones } = this.#context;
    await this.#executor.run({ name: "copyThread", threadId: source }, (driver) =>
      copyThread(driver, this.#sql, source, target, overwrite, tombstones),
    );
  }

  async deleteThread(id: string): Promise<void> {
    const threadId = threadIdOf(id);
    const markDeleted = this.#context.tombstones ? this.#sql.markDeleted(threadId) : undefined;
    await this.#executor.run({ name: "deleteThread", threadId }, (driver) =>
      deleteWhole(driver, this.#sql, threadId, null, markDeleted),
    );
  }

  async deleteThreads(options: DeleteThreadsOptions): Promise<Swept> {
    const plan = deleteThreadsPlan(options);
    const { server, tombstones } = this.#context;
    const markDeleted = tombstones ? this.#sql.markDeleted : undefined;
    const operation = { name: "deleteThreads", signal: plan.signal } as const;
    return this.#executor.run(operation, (driver) =>
      deleteThreads(driver, this.#sql, server, plan, markDeleted),
    );
  }

  async prune(threads: readonly string[], options: PruneOptions): Promise<Removed> {
    const plan = prunePlan(options);
    let total = NOTHING;
    for (const threadId of threadIds(threads)) {
      const removed = await this.#executor.run({ name: "prune", threadId }, (driver) =>
        pruneThread(driver, this.#sql, threadId, plan),
      );
      total = addThread(total, removed);
    }
    return total;
  }

  async sweep(options: SweepOptions): Promise<Swept> {
    const plan = sweepPlan(options);
    const operation = { name: "sweep", signal: plan.signal } as const;
    return this.#executor.run(operation, (driver) =>
      sweep(driver, this.#sql, this.#context.server, plan),
    );
  }

  /** Each thread in which something is found is an operation of its own, with its own limit of time. */
  async *verify(options?: VerifyOptions): AsyncGenerator<ThreadProblems> {
    const plan = verifyPlan(options);
    let limit: AbortSignal | undefined;
    const driver = until(this.#executor.driver, () => limit);
    const found = verify(driver, this.#sql, this.#context.serde, plan);
    const operation = { name: "verify", signal: plan.signal } as const;
    for (;;) {
      const next = await this.#executor.run(operation, (_, ofStep) => {
        limit = ofStep;
        return found.next();
      });
      if (next.done) return;
      yield next.value;
    }
  }

  async deleteForRuns(runs: readonly string[]): Promise<Removed> {
    const ids = runIds(runs);
    if (ids.length === 0) return NOTHING;
    return this.#executor.run({ name: "deleteForRuns" }, (driver) =>
      deleteRuns(driver, this.#sql, ids),
    );
  }

  async rewriteStorage(storage: Storage, options?: RewriteOptions): Promise<Rewritten> {
    const operation = { name: "rewriteStorage", signal: options?.signal } as const;
    return this.#executor.run(operation, (driver) =>
      rewrite(driver, this.#sql, this.#context.serde, storage, options),
    );
  }

  /**
   * Prunes the thread of a checkpoint that was just stored, and deletes idle threads, where the saver is told to and
   * it is time. What fails is told to those who listen to operations; the next time removes more.
   *
   * @throws DatabaseError where it has made the caller's transaction fail, and with it what was stored
   */
  async retain(key: NamespaceKey, metadata: CheckpointMetadata): Promise<void> {
    const prune = this.#context.retention?.prune;
    if (prune !== undefined && isDue(key, metadata)) await this.#prune(key.threadId, prune);
    // In the caller's transaction the rows of other threads would stay locked until its end.
    if (this.#executor.driver.recovery === "none" || !this.#idle?.isDue()) return;
    const idle = this.#idle;
    await this.#executor
      .run({ name: "retention" }, (driver) =>
        idle.removeSome(driver, this.#sql, this.#context.server),
      )
      .catch(() => {});
  }

  async #prune(threadId: string, plan: PruneRetention): Promise<void> {
    let joined = false;
    try {
      await this.#executor.run({ name: "retention", threadId }, (driver) =>
        driver.transaction((tx) => {
          joined = tx.joined;
          return retain(tx, this.#sql, threadId, plan);
        }),
      );
    } catch (error) {
      if (joined && error instanceof DatabaseError) throw error;
    }
  }
}
