import { randomUUID } from "node:crypto";
import {
  type Checkpoint,
  type CheckpointMetadata,
  DeltaSnapshot,
} from "@langchain/langgraph-checkpoint";
import type { Saver } from "@waypost/conformance";
import { checkpoint as newCheckpoint } from "@waypost/conformance/checkpoints";
import { collect } from "@waypost/conformance/graphs";
import type { ModelCheckpoint } from "@waypost/conformance/model";
import { Compared } from "./compared.ts";
import type { Fleet } from "./fleets.ts";
import { Graphs } from "./graphs.ts";
import { configOf } from "./model.ts";
import { type ActOf, DELTA, RUNS, SPACES, type Step, THREADS } from "./steps.ts";

type Put = ActOf<"put">;
type PutArguments = Parameters<Saver["put"]>;

/** A checkpoint that was put, whether it is still there or not. */
interface Known {
  readonly space: string;
  readonly stored: ModelCheckpoint;
}

/** One sequence of steps, on threads of its own. */
export class Run {
  readonly compared: Compared;
  readonly #id = randomUUID().slice(0, 8);
  readonly #graphs: Graphs;
  #graphsRun = 0;
  /** By thread. */
  readonly #known = new Map<string, Known[]>();
  readonly #last = new Map<string, PutArguments>();
  /** Checkpoints that have or had a child, and the delta channels that have writes there. */
  readonly #continued = new Map<string, readonly string[]>();

  constructor(fleet: Fleet) {
    this.compared = new Compared(fleet);
    this.#graphs = new Graphs(this.compared);
  }

  async apply({ by, act }: Step): Promise<void> {
    this.compared.choose(by);
    await this.#act(act);
    await this.compared.check();
  }

  async finish(): Promise<void> {
    await this.compared.checkAll();
    await this.compared.clear();
  }

  async #act(act: Step["act"]): Promise<void> {
    const { compared } = this;
    switch (act.kind) {
      case "put":
        return this.#put(act);
      case "write":
        return this.#write(act);
      case "graph":
        return this.#graphs.run(`${this.#id} graph ${this.#graphsRun++}`, act);
      case "list":
        return this.#list(act);
      case "fork":
        return this.#fork(act);
      case "again": {
        const put = this.#last.get(this.#thread(act.thread));
        if (put !== undefined && this.#isStored(put)) await compared.put(...put);
        return;
      }
      case "prune":
        return compared.prune(this.#thread(act.thread), act.keepLast);
      case "sweep":
        return compared.sweep(act.keepLast);
      case "delete run":
        return compared.deleteForRun(this.#run(act.run));
      case "delete":
        return compared.deleteThread(this.#thread(act.thread));
      case "copy":
        return this.#copy(act);
      case "rewrite":
        return compared.rewrite(act.storage);
      case "switch":
        return compared.switchTo(act.storage);
    }
  }

  #thread(which: number): string {
    return `${this.#id} ${THREADS[which]}`;
  }

  #run(which: number): string {
    return `${this.#id} ${RUNS[which]}`;
  }

  #isStored([config, { id }]: PutArguments): boolean {
    const { thread_id, checkpoint_ns } = config.configurable ?? {};
    const { checkpoints } = this.compared.model.space(thread_id, checkpoint_ns);
    return checkpoints.some((stored) => stored.id === id);
  }

  #parent(thread: string, space: string, { from, parent }: Put): ModelCheckpoint | undefined {
    const stored = this.compared.model.space(thread, space);
    const known = (this.#known.get(thread) ?? []).filter((it) => it.space === space);
    const removed = known.filter((it) => !stored.checkpoints.some(({ id }) => id === it.stored.id));
    if (from === "latest" || (from === "removed" && removed.length === 0)) return stored.list()[0];
    const all = from === "any" ? known : removed;
    return all[parent % Math.max(1, all.length)]?.stored;
  }

  /**
   * What is appended to a delta channel is a write of the parent. A second child has none and stores the
   * whole value, as LangGraph does: the branches would read each other's writes.
   */
  async #put(act: Put): Promise<void> {
    const { compared } = this;
    const thread = this.#thread(act.thread);
    const space = SPACES[act.space] ?? "";
    const parent = this.#parent(thread, space, act);
    const at = configOf({ thread, space, id: parent?.id });
    const parentStored = compared.model
      .space(thread, space)
      .checkpoints.some(({ id }) => id === parent?.id);
    if (act.reads && parentStored) await compared.getTuple(at);

    const key = `${thread} ${space} ${parent?.id}`;
    const written = this.#continued.get(key);
    const appended = parent === undefined || written !== undefined ? [] : act.appended;
    const whole = new Set([...act.snapshot, ...(written ?? [])]);
    if (parent !== undefined && !parentStored && act.reads)
      for (const name of DELTA) whole.add(name);
    if (written !== undefined) for (const channel of act.appended) whole.add(channel);
    const [checkpoint, newVersions] = this.#next(act, parent?.checkpoint, appended, whole);
    if (parentStored) {
      this.#continued.set(key, [...(written ?? []), ...appended]);
      const writes = appended.map((channel): [string, unknown] => [channel, [checkpoint.id]]);
      await compared.putWrites(at, writes, `task ${checkpoint.id}`);
    }
    const put: PutArguments = [
      act.run < RUNS.length ? { ...at, metadata: { run_id: this.#run(act.run) } } : at,
      checkpoint,
      metadataFor(checkpoint, act.source),
      newVersions,
    ];
    if (act.early && parentStored) {
      const early = configOf({ thread, space, id: checkpoint.id });
      await compared.putWrites(early, [["log", act.sample]], "early", "~path");
    }
    const rebuilt = DELTA.some(
      (name) =>
        Object.hasOwn(checkpoint.channel_versions, name) &&
        !Object.hasOwn(checkpoint.channel_values, name),
    );
    if (parent !== undefined && !parentStored && rebuilt) return compared.putRefused(...put);
    await compared.put(...put);
    this.#last.set(thread, put);
    this.#learn(thread, space, checkpoint.id);
  }

  #learn(thread: string, space: string, id: string): void {
    const stored = this.compared.model.space(thread, space).checkpoints.find((it) => it.id === id);
    const known = this.#known.get(thread) ?? [];
    if (stored !== undefined) this.#known.set(thread, [...known, { space, stored }]);
  }

  #next(
    act: Put,
    parent: Checkpoint | undefined,
    appended: readonly string[],
    snapshot: ReadonlySet<string>,
  ): [Checkpoint, Record<string, number>] {
    const values = new Map(Object.entries(parent?.channel_values ?? {}));
    const versions = new Map(Object.entries(parent?.channel_versions ?? {}));
    const before = new Map(values);
    const updated = new Set([...act.emptied, ...act.changed, ...appended, ...snapshot]);
    for (const channel of updated) {
      versions.set(channel, this.compared.getNextVersion(versions.get(channel) as number));
      values.delete(channel);
    }
    const log = [...((before.get("log") as unknown[] | undefined) ?? [])];
    log.splice(Math.floor(act.at * log.length), act.out, ...act.items);
    const texts = `${before.get("text") ?? ""}${act.items.map(({ content }) => content).join("")}`;
    const made: Record<string, unknown> = { log, text: texts, any: act.sample };
    for (const channel of act.changed) values.set(channel, made[channel] ?? act.items);
    for (const channel of snapshot) values.set(channel, new DeltaSnapshot([channel, act.items]));
    const checkpoint = newCheckpoint(
      Object.fromEntries(values),
      Object.fromEntries(versions) as Record<string, number>,
    );
    const news = [...updated].map((name) => [name, versions.get(name)] as const);
    return [checkpoint, Object.fromEntries(news) as Record<string, number>];
  }

  async #write({ thread: which, to, task, path, channels, sample }: ActOf<"write">) {
    const thread = this.#thread(which);
    const all = this.compared.model.checkpoints(thread);
    const target = all[to % Math.max(1, all.length)];
    if (target === undefined) return;
    // What a child of the target is rebuilt from does not change any more.
    const plain = channels.filter((channel) => !DELTA.includes(channel));
    const writes = plain.map((channel, i): [string, unknown] => [channel, i === 0 ? sample : i]);
    await this.compared.putWrites(configOf({ thread, ...target }), writes, task, path);
  }

  async #list({ thread: which, space, before, limit, source }: ActOf<"list">): Promise<void> {
    const thread = this.#thread(which);
    const all = this.compared.model.checkpoints(thread);
    const end = all[before % Math.max(1, all.length * 2)];
    const within = SPACES[space];
    const config = within === undefined ? {} : { checkpoint_ns: within };
    const tuples = this.compared.list(
      { configurable: { thread_id: thread, ...config } },
      {
        limit,
        ...(end === undefined ? {} : { before: configOf({ thread, ...end }) }),
        ...(source === undefined ? {} : { filter: { source } }),
      },
    );
    await collect(tuples);
  }

  async #fork({ thread: which, of }: ActOf<"fork">): Promise<void> {
    const thread = this.#thread(which);
    const all = this.compared.model.checkpoints(thread);
    const original = all[of % Math.max(1, all.length)];
    if (original === undefined) return;
    const { checkpoint, parent } = original.stored;
    const copy = newCheckpoint(
      checkpoint.channel_values,
      checkpoint.channel_versions as Record<string, number>,
    );
    const config = configOf({ thread, space: original.space, id: parent });
    const { parents: _, ...counted } = original.stored.metadata;
    await this.compared.put(config, copy, { ...counted, source: "fork", parents: {} }, {});
    this.#learn(thread, original.space, copy.id);
  }

  async #copy({ from, to, overwrite }: ActOf<"copy">): Promise<void> {
    if (from === to) return;
    const [source, target] = [this.#thread(from), this.#thread(to)];
    await this.compared.copyThread(source, target, overwrite);
    const copied = this.compared.model.checkpoints(target);
    for (const { space, id } of copied) this.#learn(target, space, id);
    for (const [key, written] of this.#continued) {
      if (!key.startsWith(`${source} `)) continue;
      this.#continued.set(`${target}${key.slice(source.length)}`, written);
    }
  }
}

/** LangGraph counts the steps of each delta channel since its last snapshot. */
function metadataFor(
  { channel_versions: versions, channel_values: values }: Checkpoint,
  source: Put["source"],
): CheckpointMetadata {
  const counted = DELTA.filter((channel) => versions[channel] && !Object.hasOwn(values, channel));
  const counters = Object.fromEntries(counted.map((channel) => [channel, [1, 1]]));
  return {
    ...{ source, step: 0, parents: {}, delta_writes_versioned: true },
    ...(counted.length === 0 ? {} : { counters_since_delta_snapshot: counters }),
  } as CheckpointMetadata;
}
