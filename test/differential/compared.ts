import { AssertionError, deepStrictEqual } from "node:assert";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Saver } from "@waypost/conformance";
import { collect } from "@waypost/conformance/graphs";
import type { Storage } from "@waypost/core";
import type { Fleet, Member } from "./fleets.ts";
import { type Counts, configOf, keyOf, Model, sum } from "./model.ts";

/** Does each call on the model and on one of the savers of a fleet, and compares what comes of it. */
export class Compared extends BaseCheckpointSaver<number> {
  readonly model = new Model();
  /** What was done by whom, in the order in which it was. */
  readonly log: string[] = [];
  readonly #fleet: Fleet;
  readonly #members: readonly Member[];
  /** Threads that calls may have changed since they were compared. */
  readonly #touched = new Set<string>();
  /** Chooses the saver of each call. */
  #choice = 0;
  #queue: Promise<unknown> = Promise.resolve();
  /** LangGraph may hide it, or go on. */
  #failure: { readonly error: unknown } | undefined;

  constructor(fleet: Fleet) {
    super();
    this.#fleet = fleet;
    this.#members = fleet.savers();
  }

  /** From now on calls go to savers that this number decides on. */
  choose(seed: number): void {
    this.#choice = seed;
  }

  override getNextVersion(current: number | undefined): number {
    return this.#member().saver.getNextVersion(current);
  }

  override put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    this.#touch(keyOf(config).thread);
    return this.#call(`put ${checkpoint.id}`, async (saver) => {
      const stored = await saver.put(config, checkpoint, metadata, newVersions);
      deepStrictEqual(stored, await this.model.put(config, checkpoint, metadata, newVersions));
      return stored;
    });
  }

  override putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath?: string,
  ): Promise<void> {
    this.#touch(keyOf(config).thread);
    return this.#call(`putWrites to ${keyOf(config).id}`, async (saver) => {
      await saver.putWrites(config, writes, taskId, taskPath);
      await this.model.putWrites(config, writes, taskId, taskPath);
    });
  }

  override getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    return this.#call(`getTuple ${keyOf(config).id ?? "latest"}`, async (saver) => {
      const tuple = await saver.getTuple(config);
      deepStrictEqual(plain(tuple), plain(await this.model.getTuple(config)));
      return tuple;
    });
  }

  override async *list(
    config: RunnableConfig,
    options?: CheckpointListOptions,
  ): AsyncGenerator<CheckpointTuple> {
    yield* await this.#call("list", async (saver, cursor) => {
      const fetch = cursor && this.#choice % 2 === 0 ? "cursor" : "pages";
      const tuples = await collect(saver.list(config, { ...options, fetch }));
      const expected = await collect(this.model.list(config, options));
      deepStrictEqual(tuples.map(plain), expected.map(plain));
      return tuples;
    });
  }

  override getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    return this.#call("getDeltaChannelHistory", async (saver) => {
      const history = await saver.getDeltaChannelHistory(options);
      deepStrictEqual(history, await this.model.getDeltaChannelHistory(options));
      return history;
    });
  }

  override deleteThread(thread: string): Promise<void> {
    this.#touch(thread);
    return this.#call(`deleteThread ${thread}`, async (saver) => {
      await saver.deleteThread(thread);
      await this.model.deleteThread(thread);
    });
  }

  prune(thread: string, keepLast: number): Promise<void> {
    this.#touch(thread);
    return this.#call(`prune ${thread}`, async (saver) => {
      const foretold = await saver.prune([thread], { keepLast, dryRun: true });
      const removed = await saver.prune([thread], { keepLast });
      deepStrictEqual(foretold, removed);
      deepStrictEqual(countsOf(removed), this.model.prune(thread, keepLast));
    });
  }

  /** Of a fleet's schema only threads of this comparison are left. */
  sweep(keepLast: number): Promise<void> {
    this.#touch(...this.model.threads.keys());
    return this.#call("sweep", async (saver) => {
      const removed = await saver.sweep({ keepLast });
      const expected = [...this.model.threads.keys()].map((id) => this.model.prune(id, keepLast));
      deepStrictEqual(countsOf(removed), sum(expected));
    });
  }

  deleteForRun(run: string): Promise<void> {
    this.#touch(...this.model.threads.keys());
    return this.#call(`deleteForRuns ${run}`, async (saver) => {
      const removed = await saver.deleteForRuns([run]);
      deepStrictEqual(countsOf(removed), this.model.deleteForRun(run));
    });
  }

  copyThread(source: string, target: string, overwrite: boolean): Promise<void> {
    this.#touch(source, target);
    return this.#call(`copyThread ${source} to ${target}`, async (saver) => {
      const refused = this.#refusesCopy(source, target, overwrite);
      if (refused === undefined) {
        await saver.copyThread(source, target, { overwrite });
        this.model.copyThread(source, target);
      } else await fails(refused, () => saver.copyThread(source, target, { overwrite }));
    });
  }

  /** Storage is no matter of the model. */
  rewrite(storage: Storage): Promise<void> {
    this.#touch(...this.model.threads.keys());
    return this.#call(`rewriteStorage ${storage}`, async (saver) => {
      await saver.rewriteStorage(storage);
    });
  }

  switchTo(storage: Storage): Promise<void> {
    return this.#call(`setup ${storage}`, (saver) => saver.setup({ storage }));
  }

  /** A put on a parent that is gone, and with it what a delta channel is rebuilt from. */
  putRefused(...put: Parameters<Saver["put"]>): Promise<void> {
    return this.#call("put, refused", (saver) =>
      fails("WAYPOST_PARENT_REMOVED", () => saver.put(...put)),
    );
  }

  /** @throws what first went wrong in any call */
  assertEqualSoFar(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Compares all that can be read of the threads that were touched. */
  async check(): Promise<void> {
    this.assertEqualSoFar();
    const threads = [...this.#touched];
    this.#touched.clear();
    for (const thread of threads) await this.#checkThread(thread);
    await this.#call("listThreads and verify", async (saver) => {
      const listed = await saver.listThreads({ limit: 1000 });
      const found = listed.map(({ threadId, checkpointId, checkpoints, namespaces }) => {
        return { threadId, checkpointId, checkpoints, namespaces: [...namespaces] };
      });
      deepStrictEqual(found, this.model.listThreads());
      deepStrictEqual(await collect(saver.verify({ threadIds: threads })), []);
    });
  }

  /** Every thread, as often as there are savers. */
  async checkAll(): Promise<void> {
    for (const i of this.#members.keys()) {
      this.choose(i);
      this.#touch(...this.model.threads.keys());
      await this.check();
    }
  }

  /** Nothing is left in any table once everything is deleted. */
  async clear(): Promise<void> {
    for (const thread of [...this.model.threads.keys()]) await this.deleteThread(thread);
    await this.#call("rows left", async () => deepStrictEqual(await this.#fleet.rowsLeft(), []));
  }

  async #checkThread(thread: string): Promise<void> {
    await collect(this.list(configOfThread(thread)));
    for (const [space, model] of this.model.threads.get(thread) ?? []) {
      await this.getTuple(configOf({ thread, space, id: undefined }));
      for (const { id, checkpoint } of model.list().slice(0, 2)) {
        const config = configOf({ thread, space, id });
        await this.getTuple(config);
        // The model keeps channels in plain objects, where "__proto__" is no channel.
        const channels = Object.keys(checkpoint.channel_versions).filter((n) => n !== "__proto__");
        await this.getDeltaChannelHistory({ config, channels });
      }
    }
  }

  #refusesCopy(source: string, target: string, overwrite: boolean): string | undefined {
    if (!this.model.has(source)) return "WAYPOST_NO_THREAD";
    if (this.#fleet.encrypted && this.model.hasValues(source)) return "WAYPOST_ENCRYPTED";
    return this.model.has(target) && !overwrite ? "WAYPOST_THREAD_EXISTS" : undefined;
  }

  #touch(...threads: readonly string[]): void {
    for (const thread of threads) this.#touched.add(thread);
  }

  #member(): Member {
    return this.#members[(this.#choice >>> 8) % this.#members.length] as Member;
  }

  /** One call at a time: LangGraph makes several, and the model is compared after each. */
  #call<T>(what: string, work: (saver: Saver, cursor: boolean) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      this.#choice = (Math.imul(this.#choice, 1664525) + 1013904223) >>> 0;
      const { name, saver, cursor } = this.#member();
      this.log.push(`${what}: ${name}`);
      return work(saver, cursor);
    });
    this.#queue = result.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return result;
  }
}

const configOfThread = (thread: string) => ({ configurable: { thread_id: thread } });

const countsOf = ({ checkpoints, writes }: Counts): Counts => ({ checkpoints, writes });

/** Without fields that are there and undefined. */
function plain(tuple: CheckpointTuple | undefined): object | undefined {
  if (tuple === undefined) return undefined;
  const { parentConfig, ...rest } = tuple;
  return parentConfig === undefined ? rest : { ...rest, parentConfig };
}

async function fails(code: string, work: () => Promise<unknown>): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: { code?: string }) => thrown,
  );
  if (error === undefined) {
    throw new AssertionError({ message: `It succeeded, but ${code} was to be thrown.` });
  }
  if (error.code !== code) throw error;
}
