import {
  type Checkpoint,
  type CheckpointMetadata,
  DeltaSnapshot,
  emptyCheckpoint,
  uuid6,
} from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withSaver } from "../database.ts";
import { collect } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { type Reading, readAll, referredValues, rowsOf } from "../threads.ts";

const PLAIN = ["a", "b", "branch:to:a"];
const DELTA = ["log", "notes"];
const SPACES = ["", "inner", "inner|deeper"];

/** Picks one of the checkpoints that exist when the step runs: any of them, so branches arise. */
const anyCheckpoint = fc.nat({ max: 1000 });

const put = fc.record({
  kind: fc.constant("put" as const),
  parent: anyCheckpoint,
  latest: fc.boolean(),
  space: fc.constantFrom(...SPACES, "", ""),
  changed: fc.subarray(PLAIN),
  emptied: fc.subarray(PLAIN),
  appended: fc.subarray(DELTA),
  snapshot: fc.subarray(DELTA),
});
const step = fc.oneof(
  { weight: 12, arbitrary: put },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("interrupt" as const), at: anyCheckpoint }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("prune" as const),
      keepLast: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("run" as const), at: anyCheckpoint }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Put = Extract<Step, { kind: "put" }>;

interface Stored {
  readonly space: string;
  readonly checkpoint: Checkpoint;
  readonly run: string;
}

/** One thread, written as LangGraph writes it, and pruned at random. */
class Thread {
  #stored: Stored[] = [];
  readonly #tips = new Set<string>();
  /** Of checkpoints that have or had a child: the delta channels that have writes there. */
  readonly #written = new Map<string | undefined, string[]>();
  readonly #saver: Saver;
  readonly #id: string;

  constructor(saver: Saver, id: string) {
    this.#saver = saver;
    this.#id = id;
  }

  async apply(step: Step): Promise<void> {
    if (step.kind === "put") await this.#put(step);
    else if (step.kind === "interrupt") await this.#interrupt(step.at);
    else if (step.kind === "prune") await this.#prune(step.keepLast);
    else await this.#deleteRun(step.at);
  }

  #config(space: string, id?: string) {
    return {
      configurable: { thread_id: this.#id, checkpoint_ns: space, checkpoint_id: id },
    };
  }

  /**
   * A child; what is appended to a delta channel is a write of its parent. A second child has none and
   * stores the whole value, as LangGraph does: the branches would read each other's writes.
   */
  async #put({ parent: which, latest, space, changed, emptied, ...delta }: Put) {
    const siblings = this.#stored.filter((stored) => stored.space === space);
    const parent = latest ? siblings.at(-1) : siblings[which % Math.max(1, siblings.length)];
    const written = this.#written.get(parent?.checkpoint.id);
    const appended = parent === undefined || written !== undefined ? [] : delta.appended;
    const whole = [...delta.snapshot, ...(written ?? []), ...(written ? delta.appended : [])];
    const snapshot = DELTA.filter((channel) => whole.includes(channel));
    const values = new Map(Object.entries(parent?.checkpoint.channel_values ?? {}));
    const versions = new Map(Object.entries(parent?.checkpoint.channel_versions ?? {}));
    const updated = [...changed, ...emptied, ...appended, ...snapshot];
    for (const channel of updated) {
      versions.set(channel, this.#saver.getNextVersion(versions.get(channel) as number));
      values.delete(channel);
    }
    const id = uuid6(0);
    for (const channel of changed) values.set(channel, `${channel} of ${id}`);
    for (const channel of snapshot) values.set(channel, new DeltaSnapshot([channel, id]));
    if (parent !== undefined) {
      this.#written.set(parent.checkpoint.id, [...(written ?? []), ...appended]);
      const writes = appended.map((channel): [string, unknown] => [channel, [id]]);
      await this.#saver.putWrites(this.#config(space, parent.checkpoint.id), writes, `task ${id}`);
    }
    const checkpoint: Checkpoint = {
      ...emptyCheckpoint(),
      id,
      channel_values: Object.fromEntries(values),
      channel_versions: Object.fromEntries(versions),
    };
    const newVersions = Object.fromEntries(updated.map((name) => [name, versions.get(name) ?? 0]));
    const run = `run ${this.#stored.length % 3}`;
    const config = { ...this.#config(space, parent?.checkpoint.id), metadata: { run_id: run } };
    await this.#saver.put(config, checkpoint, metadataFor(snapshot), newVersions);
    this.#stored.push({ space, checkpoint, run });
    this.#tips.delete(keyOf(space, parent?.checkpoint.id));
  }

  async #interrupt(at: number) {
    const target = this.#stored[at % Math.max(1, this.#stored.length)];
    if (target === undefined) return;
    const { space, checkpoint } = target;
    const readings = await readAll(this.#saver, this.#id);
    const parents = [...readings.values()].map(({ tuple }) => tuple.parentConfig?.configurable);
    await this.#saver.putWrites(
      this.#config(space, checkpoint.id),
      [["__interrupt__", "?"]],
      "asks",
    );
    if (!parents.some((p) => p?.checkpoint_id === checkpoint.id)) {
      this.#tips.add(keyOf(space, checkpoint.id));
    }
  }

  async #prune(keepLast: number) {
    const stays = SPACES.flatMap((space) =>
      this.#stored
        .filter((stored) => stored.space === space)
        .map(({ checkpoint }) => checkpoint.id)
        .sort()
        .slice(-keepLast)
        .map((id) => keyOf(space, id)),
    );
    const before = [...(await readAll(this.#saver, this.#id)).values()];
    await this.#compare([...stays, ...this.#tips], () =>
      this.#saver.prune([this.#id], { keepLast }),
    );
    const after = await readAll(this.#saver, this.#id);
    for (const { tuple } of after.values()) {
      const states = subgraphStates(tuple.config.configurable ?? {}, before);
      expect([...after.keys()]).toEqual(expect.arrayContaining(states));
    }
  }

  async #deleteRun(at: number) {
    const run = this.#stored[at % Math.max(1, this.#stored.length)]?.run ?? "none";
    const others = this.#stored.filter((stored) => stored.run !== run);
    await this.#compare(
      others.map(({ space, checkpoint }) => keyOf(space, checkpoint.id)),
      () => this.#saver.deleteForRuns([run]),
    );
  }

  /** What must stay stays, all that stays reads as before, and no value is left that nothing refers to. */
  async #compare(stays: string[], remove: () => Promise<unknown>) {
    const before = await readAll(this.#saver, this.#id);
    await remove();
    const after = await readAll(this.#saver, this.#id);
    expect([...after.keys()]).toEqual(expect.arrayContaining(stays));
    for (const [key, reading] of after) expect(reading).toEqual(before.get(key));
    await this.#expectNothingElse(after);
    expect(await collect(this.#saver.verify({ threadIds: [this.#id] }))).toEqual([]);
    this.#stored = this.#stored.filter(({ space, checkpoint }) =>
      after.has(keyOf(space, checkpoint.id)),
    );
    for (const tip of this.#tips) if (!after.has(tip)) this.#tips.delete(tip);
  }

  async #expectNothingElse(after: ReadonlyMap<string, Reading>) {
    const { checkpoints, blobs, writes } = await rowsOf(this.#saver, this.#id);
    expect(checkpoints).toBe(after.size);
    expect(blobs).toBe(referredValues(after));
    const read = [...after.values()].reduce(
      (n, { tuple }) => n + (tuple.pendingWrites?.length ?? 0),
      0,
    );
    expect(writes).toBe(read);
  }
}

const keyOf = (space: string, id: string | undefined) => `${space} ${id}`;

/** The checkpoint that a subgraph starts from where LangGraph runs the graph around it from `around`. */
function subgraphStates(around: Record<string, string>, all: readonly Reading[]): string[] {
  const { checkpoint_ns: space = "", checkpoint_id = "" } = around;
  const within = SPACES.filter((s) => s !== space && (space === "" || s.startsWith(`${space}|`)));
  return within.flatMap((inner) => {
    const ids = all
      .map(({ tuple }) => tuple.config.configurable ?? {})
      .filter((c) => c.checkpoint_ns === inner && c.checkpoint_id < checkpoint_id)
      .map((c) => c.checkpoint_id as string);
    const latest = ids.sort().at(-1);
    return latest === undefined ? [] : [keyOf(inner, latest)];
  });
}

/** LangGraph counts the steps of each delta channel since its last snapshot. */
function metadataFor(snapshot: readonly string[]): CheckpointMetadata {
  const counted = DELTA.filter((channel) => !snapshot.includes(channel));
  const counters = Object.fromEntries(counted.map((channel) => [channel, [1, 1]]));
  return {
    ...{ source: "loop", step: 0, parents: {}, delta_writes_versioned: true },
    ...(counted.length === 0 ? {} : { counters_since_delta_snapshot: counters }),
  } as CheckpointMetadata;
}

export function prunePropertyCases(mode: Mode): void {
  describe(`${mode.name}: any sequence of runs, branches and removals`, () => {
    it("leaves checkpoints that read as before, and nothing besides", () =>
      withSaver(mode, async (saver) => {
        let threads = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
            fc.integer({ min: 1, max: 3 }),
            async (steps, keepLast) => {
              const thread = new Thread(saver, `thread ${threads++}`);
              for (const step of steps) await thread.apply(step);
              await thread.apply({ kind: "prune", keepLast });
            },
          ),
          { numRuns: 15, interruptAfterTimeLimit: 20_000 },
        );
      }));
  });
}
