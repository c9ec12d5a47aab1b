import {
  BaseCheckpointSaver,
  type Checkpoint,
  emptyCheckpoint,
  type PendingWrite,
  uuid6,
} from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METADATA } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { ThreadModel } from "../model.ts";

const CHANNELS = ["log", "notes", "__proto__", "état"];

/** JSON, among it -0 and keys like "__proto__". */
const value = fc.jsonValue();

/** Picks one of the checkpoints that exist when the step runs: any of them, so branches arise. */
const anyCheckpoint = fc.nat({ max: 1000 });

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      parent: anyCheckpoint,
      changed: fc.subarray(CHANNELS),
      emptied: fc.subarray(CHANNELS),
      value,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      to: anyCheckpoint,
      task: fc.constantFrom("t1", "T2", "\u{1f986}", "\ufffd"),
      path: fc.constantFrom("", "~a", "~B", "\u{1f986}", "\ufffd"),
      channels: fc.array(fc.constantFrom(...CHANNELS, "__error__", "__interrupt__"), {
        maxLength: 4,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("read" as const), which: anyCheckpoint }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("list" as const), limit: fc.nat({ max: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("history" as const), which: anyCheckpoint }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const config = (id: string, checkpointId?: string) => ({
  configurable: { thread_id: id, checkpoint_ns: "", checkpoint_id: checkpointId },
});

/** One saver and one model of one thread, driven through the same steps. */
class Run {
  readonly #model = new ThreadModel();
  readonly #saver: Saver;
  readonly #id: string;

  constructor(saver: Saver, id: string) {
    this.#saver = saver;
    this.#id = id;
  }

  async apply(step: Step): Promise<void> {
    if (step.kind === "put") await this.#put(step);
    else if (step.kind === "write") await this.#write(step);
    else if (step.kind === "read") await this.#read(step.which);
    else if (step.kind === "list") await this.#list(step.limit);
    else await this.#history(step.which);
  }

  async finish(): Promise<void> {
    await this.#list(undefined);
    await this.#saver.deleteThread(this.#id);
    this.#model.clear();
    await this.#list(undefined);
    expect(await this.#saver.getTuple(thread(this.#id))).toBeUndefined();
  }

  #pick(which: number) {
    const { checkpoints } = this.#model;
    return checkpoints.length === 0 ? undefined : checkpoints[which % checkpoints.length];
  }

  /** A child of any checkpoint: some channels get values, some become empty, the rest is carried over. */
  async #put({ parent: which, changed, emptied, value }: Extract<Step, { kind: "put" }>) {
    const parent = this.#pick(which);
    const values = new Map(Object.entries(parent?.checkpoint.channel_values ?? {}));
    const versions = new Map(Object.entries(parent?.checkpoint.channel_versions ?? {}));
    const newVersions = new Map<string, number>();
    for (const channel of [...emptied, ...changed]) {
      const version = this.#saver.getNextVersion(versions.get(channel) as number | undefined);
      versions.set(channel, version);
      newVersions.set(channel, version);
      values.delete(channel);
    }
    for (const channel of changed) values.set(channel, { channel, value });
    const checkpoint: Checkpoint = {
      ...emptyCheckpoint(),
      id: uuid6(0),
      channel_values: Object.fromEntries(values),
      channel_versions: Object.fromEntries(versions),
    };
    const next = config(this.#id, parent?.id);
    await this.#saver.put(next, checkpoint, METADATA, Object.fromEntries(newVersions));
    this.#model.put(parent?.id, checkpoint, METADATA);
  }

  async #write({ to, task, path, channels }: Extract<Step, { kind: "write" }>) {
    const target = this.#pick(to);
    if (target === undefined) return;
    const unique = channels.filter((c, i) => !c.startsWith("__e") || channels.indexOf(c) === i);
    const writes = unique.map((channel, i): PendingWrite => [channel, `${task} ${path} ${i}`]);
    await this.#saver.putWrites(config(this.#id, target.id), writes, task, path);
    this.#model.putWrites(target.id, writes, task, path);
  }

  async #read(which: number) {
    const expected = this.#pick(which);
    if (expected === undefined) return;
    const tuple = await this.#saver.getTuple(config(this.#id, expected.id));
    expect(tuple).toEqual(this.#tuple(expected));
    expect(await this.#saver.getTuple(thread(this.#id))).toEqual(
      this.#tuple(this.#model.list()[0]),
    );
  }

  async #list(limit: number | undefined) {
    const tuples = await collect(this.#saver.list(thread(this.#id), { limit }));
    expect(tuples).toEqual(
      this.#model
        .list()
        .slice(0, limit)
        .map((c) => this.#tuple(c)),
    );
  }

  /** The base class walks one `getTuple` at a time: slow, and the definition of the right answer. */
  async #history(which: number) {
    const target = this.#pick(which);
    if (target === undefined) return;
    // The walk keeps channels in plain objects, where "__proto__" is no channel.
    const channels = CHANNELS.filter((name) => name !== "__proto__");
    const options = { config: config(this.#id, target.id), channels };
    const walk = BaseCheckpointSaver.prototype.getDeltaChannelHistory;
    const expected = await walk.call(this.#saver, options);
    expect(await this.#saver.getDeltaChannelHistory(options)).toEqual(expected);
  }

  #tuple(stored: ReturnType<ThreadModel["list"]>[number] | undefined) {
    if (stored === undefined) return undefined;
    return {
      config: config(this.#id, stored.id),
      checkpoint: stored.checkpoint,
      metadata: stored.metadata,
      parentConfig: stored.parent === undefined ? undefined : config(this.#id, stored.parent),
      pendingWrites: this.#model.writes(stored.id),
    };
  }
}

export function propertyCases(mode: Mode): void {
  describe(`${mode.name}: any sequence of operations`, () => {
    it("reads back what a plain model holds", () =>
      withSaver(mode, async (saver) => {
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
            async (steps) => {
              const run = new Run(saver, `run ${runs++}`);
              for (const step of steps) await run.apply(step);
              await run.finish();
            },
          ),
          { numRuns: 40 },
        );
      }));
  });
}
