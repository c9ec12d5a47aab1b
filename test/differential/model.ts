import type { RunnableConfig } from "@langchain/core/runnables";
import { Send } from "@langchain/langgraph";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { type ModelCheckpoint, ThreadModel } from "@waypost/conformance/model";
import { goingByAge, goingOfRun, type Place } from "./removals.ts";

/** The namespaces of a thread; those without checkpoints may hold writes that came early. */
export type Spaces = Map<string, ThreadModel>;

/** What a removal takes. */
export interface Counts {
  readonly checkpoints: number;
  readonly writes: number;
}

export interface Key {
  readonly thread: string;
  readonly space: string;
  readonly id: string | undefined;
}

export function keyOf({ configurable = {} }: RunnableConfig): Key {
  const { thread_id: thread, checkpoint_ns: space = "", checkpoint_id: id } = configurable;
  return { thread: String(thread), space, id: id || undefined };
}

export const configOf = ({ thread, space, id }: Key) => ({
  configurable: { thread_id: thread, checkpoint_ns: space, checkpoint_id: id },
});

/** LangGraph takes plain objects for sends, too, and all savers hand it those. */
function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStored);
  if (!(value instanceof Send)) return value;
  return Object.fromEntries(Object.entries(value.toJSON()).filter(([, it]) => it !== undefined));
}

/** A value belongs to a version: a delta channel's snapshot comes with one of those that have it. */
function shareValues(all: readonly Checkpoint[], versions: ChannelVersions): void {
  for (const [channel, version] of Object.entries(versions)) {
    const same = all.filter(({ channel_versions: others }) => others[channel] === version);
    const holder = same.find(({ channel_values: values }) => Object.hasOwn(values, channel));
    if (holder === undefined) continue;
    for (const { channel_values: values } of same) {
      const value = holder.channel_values[channel];
      // Not by assignment, which takes "__proto__" for the prototype.
      Object.defineProperty(values, channel, {
        ...{ value, enumerable: true, configurable: true, writable: true },
      });
    }
  }
}

/** A saver that is right, as it keeps what it was given: nothing is encoded, shared or remembered twice. */
export class Model extends BaseCheckpointSaver<number> {
  readonly threads = new Map<string, Spaces>();
  readonly #runs = new Map<string, string>();

  space(thread: string, space: string): ThreadModel {
    const spaces = this.threads.get(thread) ?? new Map<string, ThreadModel>();
    const model = spaces.get(space) ?? new ThreadModel();
    this.threads.set(thread, spaces.set(space, model));
    return model;
  }

  checkpoints(thread: string): (Place & { readonly stored: ModelCheckpoint })[] {
    return [...(this.threads.get(thread) ?? [])].flatMap(([space, model]) =>
      model.checkpoints.map((stored) => ({ space, id: stored.id, stored })),
    );
  }

  /** Whether anything of a thread is there, be it writes that came early. */
  has(thread: string): boolean {
    return [...(this.threads.get(thread)?.values() ?? [])].some((space) => !space.isEmpty);
  }

  hasValues(thread: string): boolean {
    return [...(this.threads.get(thread)?.values() ?? [])].some(
      ({ hasWrites, checkpoints }) =>
        hasWrites ||
        checkpoints.some(({ checkpoint }) => Object.keys(checkpoint.channel_values).length > 0),
    );
  }

  /** Newest first. */
  listThreads() {
    const infos = [...this.threads].flatMap(([threadId, spaces]) => {
      const filled = [...spaces].filter(([, { checkpoints }]) => checkpoints.length > 0);
      const namespaces = filled.map(([space]) => space).sort();
      const checkpointId = spaces.get(namespaces[0] ?? "")?.list()[0]?.id;
      const checkpoints = this.checkpoints(threadId).length;
      return checkpointId === undefined
        ? []
        : [{ threadId, checkpointId, checkpoints, namespaces }];
    });
    const key = (info: (typeof infos)[number]) => `${info.checkpointId} ${info.threadId}`;
    return infos.sort((a, b) => (key(a) < key(b) ? 1 : -1));
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    _newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, space, id: parent } = keyOf(config);
    const model = this.space(thread, space);
    const { channel_values: values, channel_versions: versions } = checkpoint;
    const copied = {
      ...checkpoint,
      // A default value of a channel that was never written has no version, and is not stored.
      channel_values: Object.fromEntries(
        Object.entries(values)
          .filter(([channel]) => Object.hasOwn(versions, channel))
          .map(([channel, value]) => [channel, asStored(value)]),
      ),
      channel_versions: { ...versions },
      versions_seen: structuredClone(checkpoint.versions_seen),
    };
    shareValues([copied, ...model.checkpoints.map((stored) => stored.checkpoint)], versions);
    const again = model.checkpoints.some(({ id }) => id === checkpoint.id);
    if (!again) model.put(parent, copied, JSON.parse(JSON.stringify(metadata)));
    const run = config.metadata?.run_id;
    if (typeof run === "string") this.#runs.set(checkpoint.id, run);
    return configOf({ thread, space, id: checkpoint.id });
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { thread, space, id = "" } = keyOf(config);
    const stored = writes.map(([channel, value]): PendingWrite => [channel, asStored(value)]);
    this.space(thread, space).putWrites(id, stored, taskId, taskPath);
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, space, id } = keyOf(config);
    const newestFirst = this.threads.get(thread)?.get(space)?.list() ?? [];
    const stored = id === undefined ? newestFirst[0] : newestFirst.find((it) => it.id === id);
    return stored && this.#tuple(thread, space, stored);
  }

  override async *list(
    config: RunnableConfig,
    { limit, before, filter = {} }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const { thread, id } = keyOf(config);
    const space = config.configurable?.checkpoint_ns;
    const end = before && keyOf(before).id;
    const wanted = this.checkpoints(thread)
      .filter((it) => space === undefined || it.space === space)
      .filter((it) => id === undefined || it.id === id)
      .filter((it) => end === undefined || it.id < end)
      .filter(({ stored: { metadata } }) =>
        Object.entries(filter).every(([key, value]) => metadata[key as never] === value),
      );
    const newestFirst = wanted.sort((a, b) => (a.id < b.id ? 1 : -1));
    for (const it of newestFirst.slice(0, limit)) yield this.#tuple(thread, it.space, it.stored);
  }

  override async deleteThread(thread: string): Promise<void> {
    this.threads.delete(thread);
  }

  copyThread(source: string, target: string): void {
    const spaces = [...(this.threads.get(source) ?? [])];
    this.threads.set(target, new Map(spaces.map(([space, model]) => [space, model.copy()])));
  }

  /** All but the newest of each namespace, and what these need. */
  prune(thread: string, keepLast: number): Counts {
    return this.#remove(thread, goingByAge(this.threads.get(thread) ?? new Map(), keepLast));
  }

  deleteForRun(run: string): Counts {
    const ofRun = (id: string) => this.#runs.get(id) === run;
    const removed = [...this.threads].map(([thread, spaces]) =>
      this.#remove(thread, goingOfRun(spaces, ofRun)),
    );
    return sum(removed);
  }

  #remove(thread: string, going: readonly Place[]): Counts {
    let writes = 0;
    for (const { space, id } of going) {
      writes += this.space(thread, space).writes(id).length;
      this.space(thread, space).remove(id);
    }
    return { checkpoints: going.length, writes };
  }

  #tuple(
    thread: string,
    space: string,
    { id, parent, checkpoint, metadata }: ModelCheckpoint,
  ): CheckpointTuple {
    return {
      config: configOf({ thread, space, id }),
      checkpoint,
      metadata,
      ...(parent === undefined ? {} : { parentConfig: configOf({ thread, space, id: parent }) }),
      pendingWrites: this.space(thread, space).writes(id),
    };
  }
}

export const sum = (all: readonly Counts[]): Counts => ({
  checkpoints: all.reduce((n, { checkpoints }) => n + checkpoints, 0),
  writes: all.reduce((n, { writes }) => n + writes, 0),
});
