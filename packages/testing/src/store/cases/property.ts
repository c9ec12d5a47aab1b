import { InMemoryStore, type Operation } from "@langchain/langgraph-checkpoint";
import type { WaypostStore } from "@waypost/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const LABELS = ["a", "ab", "b", "%", "_", "é", "*"];
const namespace = fc.array(fc.constantFrom(...LABELS), { minLength: 1, maxLength: 3 });
const prefix = fc.array(fc.constantFrom(...LABELS), { maxLength: 2 });
const key = fc.constantFrom("k", "K", "1", "", "é:.%", "\ufffd");
const scalar = fc.constantFrom<unknown>(null, true, false, 0, 1, 2.5, "", "1", "x", "2.5");
const value = fc.record(
  { a: scalar, b: scalar, "a.b": scalar, __proto__: scalar },
  { requiredKeys: [], noNullPrototype: true },
);
const number = fc.constantFrom(0, 1, 2.5, "1");
const wanted = fc.oneof(
  scalar,
  fc.record({ $eq: scalar }),
  fc.record({ $ne: scalar }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $gt: number, $lt: number }, { requiredKeys: [] }),
  fc.record({ $gte: number, $lte: number }, { requiredKeys: [] }),
);
const filter = fc.option(
  fc.record({ a: wanted, b: wanted, "a.b": wanted, none: wanted }, { requiredKeys: [] }),
  { nil: undefined },
);
const page = { limit: fc.integer({ min: 0, max: 6 }), offset: fc.nat({ max: 4 }) };
const path = fc.array(fc.constantFrom(...LABELS, "*"), { maxLength: 2 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ namespace, key, value }) },
  { weight: 2, arbitrary: fc.record({ namespace, key, value: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ namespace, key }) },
  { weight: 3, arbitrary: fc.record({ namespacePrefix: prefix, filter, ...page }) },
  {
    weight: 2,
    arbitrary: fc.record({
      matchConditions: fc.array(
        fc.record({ matchType: fc.constantFrom("prefix" as const, "suffix" as const), path }),
        { maxLength: 2 },
      ),
      maxDepth: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      ...page,
    }),
  },
);

/** By code point, as UTF-8 is ordered. */
const compareText = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareText(a[i] as string, b[i] as string);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * What a store returns by `InMemoryStore`, but for two things: the order of what is found in several namespaces, and
 * namespaces from which everything was deleted, which it lists. Both are told by when items were put.
 */
class Model {
  readonly #memory = new InMemoryStore();
  readonly #created = new Map<string, number>();
  #clock = 0;

  async batch(operations: readonly Operation[]): Promise<unknown[]> {
    const results: unknown[] = [];
    for (const one of operations) {
      results.push("value" in one ? undefined : await this.#read(one));
    }
    await this.#memory.batch(operations.filter((one) => "value" in one));
    const last = new Map<string, boolean>();
    for (const one of operations) {
      if ("value" in one) last.set(nameOf(one), one.value !== null);
    }
    for (const [name, isPut] of last) {
      if (!isPut) this.#created.delete(name);
      else if (!this.#created.has(name)) this.#created.set(name, this.#clock++);
    }
    return results;
  }

  async #read(one: Operation): Promise<unknown> {
    if ("namespacePrefix" in one) {
      const { limit = 10, offset = 0, ...search } = one;
      const [found = []] = await this.#memory.batch([
        { ...search, limit: 1e6, offset: 0 },
      ] as const);
      const at = (item: (typeof found)[number]) => this.#created.get(nameOf(item)) ?? -1;
      return found
        .sort((a, b) => at(a) - at(b))
        .slice(offset, offset + limit)
        .map(shown);
    }
    if ("namespace" in one) {
      const [item] = await this.#memory.batch([one] as const);
      return item && shown(item as Parameters<typeof shown>[0]);
    }
    return this.#list(one as List);
  }

  async #list({ limit, offset, maxDepth, matchConditions }: List): Promise<string[][]> {
    const all = { matchConditions, limit: 1e6, offset: 0 };
    const [found = []] = await this.#memory.batch([all] as const);
    const names = [...this.#created.keys()].map((name) => name.split("\0")[0]);
    const cut = found
      .filter((labels) => names.includes(labels.join(":")))
      .map((labels) => labels.slice(0, maxDepth).join(":"));
    return [...new Set(cut)]
      .map((name) => name.split(":"))
      .sort(compareLabels)
      .slice(offset, offset + limit);
  }
}

type List = Extract<Operation, { limit: number }>;

const nameOf = ({ namespace, key }: { namespace: string[]; key: string }) =>
  `${namespace.join(":")}\0${key}`;

const shown = ({
  namespace,
  key,
  value,
}: {
  namespace: string[];
  key: string;
  value: unknown;
}) => ({
  ...{ namespace, key, value },
});

const shownAll = (result: unknown): unknown => {
  if (!Array.isArray(result)) return result && shown(result as Parameters<typeof shown>[0]);
  return result.map((one) => (Array.isArray(one) ? one : shown(one)));
};

async function compare(store: WaypostStore, batches: readonly (readonly Operation[])[]) {
  const model = new Model();
  for (const operations of batches) {
    const expected = await model.batch(operations);
    const results = (await store.batch<readonly Operation[]>(operations)) as readonly unknown[];
    expect(results.map(shownAll)).toEqual(expected);
  }
}

export function propertyCases(mode: StoreMode): void {
  describe(`${mode.name}: any sequence of operations of the store`, () => {
    it("returns what InMemoryStore returns, in the documented order", () =>
      withStore(mode, async ({ store, run, schema }) => {
        const batches = fc.array(fc.array(operation, { minLength: 1, maxLength: 12 }), {
          minLength: 1,
          maxLength: 8,
        });
        await fc.assert(
          fc.asyncProperty(batches, async (steps) => {
            await run(`DELETE FROM ${schema}.store`);
            await compare(store, steps);
          }),
          { numRuns: 40 },
        );
      }));
  });
}
