import { randomBytes } from "node:crypto";
import { compress, encrypt, type SaverOptions, type Serializer, serializer } from "@waypost/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { databaseUrl, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const item = fc.record({
  id: fc.nat(),
  content: fc.string({ minLength: 150, maxLength: 400, unit: "binary" }),
});
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      /** Which of the two savers, and whether it reads the parent first; else it relies on its memory. */
      saver: fc.nat({ max: 1 }),
      reads: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
      /** How many checkpoints back the parent is. */
      back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 6 })),
      /** Where the list is cut, how much is taken out there, and what is put in. */
      at: fc.oneof(
        { weight: 3, arbitrary: fc.constant(1) },
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      out: fc.nat({ max: 3 }),
      items: fc.array(item, { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("prune" as const),
      keep: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "sweep" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("storage" as const),
      storage: fc.constantFrom("incremental" as const, "full" as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Stored {
  readonly config: Awaited<ReturnType<Saver["put"]>>;
  readonly log: readonly Item[];
}

/** Two savers on one thread, and what must be read back of each checkpoint. */
class Run {
  readonly #savers: readonly [Saver, Saver];
  /** Remembers nothing. */
  readonly #reader: Saver;
  readonly #id: string;
  #stored: Stored[] = [];

  constructor(savers: readonly [Saver, Saver], reader: Saver, id: string) {
    this.#savers = savers;
    this.#reader = reader;
    this.#id = id;
  }

  async apply(next: Step): Promise<void> {
    const [saver] = this.#savers;
    if (next.kind === "put") return this.#put(next);
    if (next.kind === "sweep") await saver.sweep({ keepLast: 1000 });
    else if (next.kind === "storage") await saver.setup({ storage: next.storage });
    else {
      await saver.prune([this.#id], { strategy: "keep_latest", keepLast: next.keep });
      const left = await collect(saver.list(thread(this.#id)));
      const ids = new Set(left.map((tuple) => tuple.checkpoint.id));
      this.#stored = this.#stored.filter(({ config }) =>
        ids.has(config.configurable?.checkpoint_id),
      );
    }
  }

  async #put({ saver: which, reads, back, at, out, items }: Extract<Step, { kind: "put" }>) {
    const saver = this.#savers[which] as Saver;
    const parent = this.#stored.at(-1 - back) ?? this.#stored.at(-1);
    const config = parent?.config ?? { configurable: { thread_id: this.#id, checkpoint_ns: "" } };
    if (reads && parent !== undefined) await saver.getTuple(config);
    const log = [...(parent?.log ?? [])];
    log.splice(Math.floor(at * log.length), out, ...items);
    const next = checkpoint({ log });
    this.#stored.push({
      config: await saver.put(config, next, METADATA, next.channel_versions),
      log,
    });
  }

  /** Everything reads as it was stored, one by one and as a list, and nothing is lost or left over. */
  async check(): Promise<void> {
    const [a, b] = this.#savers;
    for (const { config, log } of this.#stored) {
      for (const saver of [b, this.#reader]) {
        expect((await saver.getTuple(config))?.checkpoint.channel_values.log).toEqual(log);
      }
    }
    const listed = await collect(a.list(thread(this.#id)));
    const newestFirst = this.#stored.toSorted((x, y) =>
      String(x.config.configurable?.checkpoint_id) < String(y.config.configurable?.checkpoint_id)
        ? 1
        : -1,
    );
    expect(listed.map((tuple) => tuple.checkpoint.channel_values.log)).toEqual(
      newestFirst.map(({ log }) => log),
    );
    const problems = await collect(a.verify({ threadIds: [this.#id], repair: true }));
    expect(
      problems.flatMap((found) => found.problems).filter(({ kind }) => kind !== "orphans"),
    ).toEqual([]);
    expect(await collect(a.verify({ threadIds: [this.#id] }))).toEqual([]);
    const last = this.#stored.at(-1);
    if (last === undefined) return;
    expect((await a.getTuple(last.config))?.checkpoint.channel_values.log).toEqual(last.log);
  }
}

/** Random edits of a list by two savers, with branches, removals and changes of the storage in between. */
export function storagePropertyCases(mode: Mode): void {
  if (mode.begin) return;
  describe(`${mode.name}: incremental storage, any history`, () => {
    it.each(SERDES)("reads back what was stored, whoever stored it, %s", (_, runs, serde) =>
      withSaver(mode, (saver, schema) => checkHistories(mode, saver, { schema, serde }, runs), {
        serde,
      }),
    );
  });
}

/** How values are stored, and how many histories are checked. */
const SERDES: readonly [string, number, Serializer][] = [
  ["plain", 30, serializer()],
  ["encrypted", 8, encrypt(serializer(), { keys: [{ id: "one", key: randomBytes(32) }] })],
  ["compressed", 8, compress(serializer())],
];

async function checkHistories(
  mode: Mode,
  a: Saver,
  options: SaverOptions,
  numRuns: number,
): Promise<void> {
  const { saver: b, close } = await mode.open(databaseUrl(), options);
  const other = await mode.open(databaseUrl(), { ...options, cacheBytes: 0 });
  let threads = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 10, maxLength: 30 }),
    async (steps) => {
      threads += 1;
      await Promise.all([a, b].map((saver) => saver.setup({ storage: "incremental" })));
      const run = new Run([a, b], other.saver, `thread ${threads}`);
      for (const next of steps) await run.apply(next);
      await run.check();
    },
  );
  await fc.assert(property, { numRuns }).finally(() => Promise.all([close(), other.close()]));
}
