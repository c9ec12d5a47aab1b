import { InMemoryStore, type Operation } from "@langchain/langgraph-checkpoint";
import type { IndexOptions } from "@waypost/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const DIMS = 26;

/** How often each letter occurs. */
const vectorOf = (text: string): number[] => {
  const counts = new Array<number>(DIMS).fill(0);
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) - 97;
    if (at >= 0 && at < DIMS) counts[at] = (counts[at] as number) + 1;
  }
  return counts;
};

/** A model that counts what it is asked for. */
class Letters {
  documents: string[][] = [];
  queries: string[] = [];

  async embedDocuments(texts: string[]): Promise<number[][]> {
    this.documents.push(texts);
    return texts.map(vectorOf);
  }

  async embedQuery(text: string): Promise<number[]> {
    this.queries.push(text);
    return vectorOf(text);
  }
}

const indexOf = (options: Partial<IndexOptions> = {}) => ({
  index: { dims: DIMS, embed: new Letters(), ...options },
});

const memoryWith = (fields?: string[]) =>
  new InMemoryStore({ index: { dims: DIMS, embeddings: new Letters() as never, fields } });

const VALUES = [
  { title: "abc", body: { text: "zzz" }, parts: [{ t: "aab" }, { t: "xyz" }], n: 1 },
  { title: "abd", body: { text: "abc" }, parts: [], n: 2 },
  { title: "xyz", parts: [{ t: "abc" }, { t: "q" }, { other: 1 }], n: 3 },
  { title: "a", body: { text: "b" }, list: ["abc", "x", 5, true, null, { deep: "y" }], n: 4 },
  { title: "aaaabbbbcccc", n: 5 },
];

/** What needs the extension pgvector. */
export function vectorCases(mode: StoreMode): void {
  describe(`${mode.name}: search for meaning in the store`, () => {
    it.each([
      [undefined],
      [["$"]],
      [["title"]],
      [["title", "body.text"]],
      [["parts[*].t"]],
      [["parts[0].t", "parts[-1].t"]],
      [["list[*]"]],
      [["body.*"]],
      [["{title,body.text}"]],
    ])("scores the items as in memory, with the fields %o", (fields) =>
      withStore(
        mode,
        async ({ store }) => {
          const memory = memoryWith(fields);
          const puts = VALUES.map((value, i) => ({
            namespace: ["v", String(i % 2)],
            key: `${i}`,
            value,
          }));
          for (const one of [store, memory]) {
            await one.batch(puts);
          }
          for (const query of ["abc", "xyz", "aab", "q"]) {
            for (const filter of [undefined, { n: { $gt: 2 } }]) {
              const options = { query, filter, limit: 10 };
              const scores = async (one: InMemoryStore | typeof store) =>
                Object.fromEntries(
                  (await one.search(["v"], options))
                    .filter(({ score }) => score !== undefined)
                    .map(({ key, score }) => [key, (score as number).toFixed(5)]),
                );
              expect(await scores(store)).toEqual(await scores(memory));
            }
          }
        },
        indexOf({ fields }),
      ),
    );

    it("orders by score, in pages, below a prefix, and not below a threshold", () =>
      withStore(
        mode,
        async ({ store }) => {
          const texts = ["abc", "abd", "xyz", "a", "ab"];
          await store.batch(
            texts.map((text) => ({ namespace: ["v", "1"], key: text, value: { text } })),
          );
          await store.put(["v", "10"], "abc", { text: "abc" });
          const keys = async (options: object) =>
            (await store.search(["v", "1"], { query: "abc", ...options })).map(({ key }) => key);
          expect(await keys({})).toEqual(["abc", "ab", "abd", "a", "xyz"]);
          expect(await keys({ limit: 2, offset: 1 })).toEqual(["ab", "abd"]);
          expect(await keys({ similarityThreshold: 0.7 })).toEqual(["abc", "ab"]);
          expect(await store.search([], { query: "abc" })).toHaveLength(6);
        },
        indexOf({ fields: ["text"] }),
      ));

    it.each([
      ["l2", { abc: "1.00000", abcd: "0.50000" }],
      ["inner_product", { abc: "3.00000", abcd: "3.00000" }],
    ] as const)("scores by %s, higher is better", (distanceMetric, expected) =>
      withStore(
        mode,
        async ({ store }) => {
          for (const text of ["abcd", "abc", "z"]) await store.put(["v"], text, { text });
          const found = await store.search(["v"], { query: "abc", limit: 2 });
          const scores = found.map(({ key, score }) => [key, score?.toFixed(5)]);
          expect(Object.fromEntries(scores)).toEqual(expected);
        },
        indexOf({ fields: ["text"], distanceMetric }),
      ),
    );

    it("finds all that is wanted through an index of either type, whatever lies beside it", () =>
      withStore(
        mode,
        async ({ store, run, schema }) => {
          const near = Array.from(
            { length: 300 },
            (_, i): Operation => ({
              ...{
                namespace: ["near"],
                key: `${i}`,
                value: { texts: ["abc", "abc", "abcd", "bc", "c"] },
              },
            }),
          );
          const far = Array.from(
            { length: 20 },
            (_, i): Operation => ({
              ...{ namespace: ["far"], key: `${i}`, value: { texts: ["x".repeat(i + 1), "yz"] } },
            }),
          );
          await store.batch([...near, ...far]);
          await run(`ANALYZE ${schema}.store_vectors`);
          for (const prefix of [["far"], ["near"], []]) {
            const found = await store.search(prefix, { query: "abc", limit: 15 });
            expect(new Set(found.map(({ key, namespace }) => `${namespace} ${key}`)).size).toBe(15);
          }
        },
        indexOf({ fields: ["texts[*]"], indexType: "hnsw" }),
      ));

    it("takes IVFFlat, too", () =>
      withStore(
        mode,
        async ({ store }) => {
          await store.put(["v"], "a", { text: "abc" });
          expect(await store.search(["v"], { query: "abc" })).toHaveLength(1);
        },
        indexOf({ fields: ["text"], indexType: "ivfflat", ivfflat: { lists: 2 } }),
      ));

    it("leaves out what is not indexed, and what is overwritten or deleted", () =>
      withStore(
        mode,
        async ({ store }) => {
          const keys = async (query: string) =>
            (await store.search(["v"], { query, similarityThreshold: 0.9 })).map(({ key }) => key);
          await store.put(["v"], "off", { text: "abc" }, false);
          await store.put(["v"], "other", { text: "q", note: "abc" }, ["note"]);
          await store.put(["v"], "changed", { text: "abc" });
          await store.put(["v"], "gone", { text: "abc" });
          expect(await keys("abc")).toEqual(["other", "changed", "gone"]);
          await store.batch([
            { namespace: ["v"], key: "changed", value: { text: "xyz" } },
            { namespace: ["v"], key: "gone", value: null },
            { namespace: ["v"], key: "other", value: { text: "abc" }, index: false },
          ]);
          expect(await keys("abc")).toEqual([]);
          expect(await keys("xyz")).toEqual(["changed"]);
        },
        indexOf({ fields: ["text"] }),
      ));

    it("asks the model for each text of a batch once", () => {
      const embed = new Letters();
      return withStore(
        mode,
        async ({ store }) => {
          const put = (key: string, text: string): Operation => ({
            ...{ namespace: ["v"], key, value: { text } },
          });
          await store.batch([
            ...[put("a", "one"), put("b", "two"), put("c", "one"), put("a", "three")],
            { namespacePrefix: ["v"], query: "q" },
            { namespacePrefix: ["w"], query: "q" },
            { namespacePrefix: ["v"], query: "r" },
          ]);
          expect(embed.documents).toEqual([["three", "two", "one"]]);
          expect(embed.queries).toEqual(["q", "r"]);
          await store.get(["v"], "a");
          await store.delete(["v"], "a");
          expect(embed.documents).toHaveLength(1);
        },
        indexOf({ fields: ["text"], embed }),
      );
    });

    it("calls a function once for the texts and queries of a batch", () => {
      const calls: string[][] = [];
      const embed = async (texts: string[]) => {
        calls.push(texts);
        return texts.map(vectorOf);
      };
      return withStore(
        mode,
        async ({ store }) => {
          const put = { namespace: ["v"], key: "a", value: { text: "one" } };
          await store.batch([put, { namespacePrefix: ["v"], query: "q" }]);
          expect(calls).toEqual([["one", "q"]]);
        },
        indexOf({ fields: ["text"], embed }),
      );
    });

    it("refuses vectors of other dimensions, and stores nothing then", () =>
      withStore(
        mode,
        async ({ store }) => {
          await expect(store.put(["v"], "a", { text: "x" })).rejects.toThrow(/2 dimensions.*26/);
          expect(await store.get(["v"], "a")).toBeNull();
        },
        indexOf({ fields: ["text"], embed: async (texts) => texts.map(() => [1, 2]) }),
      ));

    it("ranks by both, as much as is said", () =>
      withStore(
        mode,
        async ({ store }) => {
          await store.put(["v"], "word", { text: "tea zzzzzzzz" });
          await store.put(["v"], "letters", { text: "eat" });
          await store.put(["v"], "neither", { text: "" });
          const keys = async (vectorWeight: number) =>
            (await store.search(["v"], { query: "tea", mode: "hybrid", vectorWeight })).map(
              ({ key }) => key,
            );
          expect(await keys(1)).toEqual(["letters", "word"]);
          expect(await keys(0)).toEqual(["word", "letters"]);
        },
        indexOf({ fields: ["text"] }),
      ));

    it("finds what InMemoryStore finds after any sequence of puts and deletes", () =>
      withStore(
        mode,
        async ({ store, run, schema }) => {
          const text = fc.stringMatching(/^[abc]{1,4}$/);
          const operation: fc.Arbitrary<Operation> = fc.record({
            namespace: fc.constantFrom(["v"], ["v", "w"]),
            key: fc.constantFrom("1", "2", "3"),
            value: fc.option(fc.record({ text }), { nil: null }),
          });
          await fc.assert(
            fc.asyncProperty(
              fc.array(fc.array(operation, { maxLength: 5 })),
              text,
              async (steps, query) => {
                await run(`DELETE FROM ${schema}.store`);
                const memory = memoryWith(["text"]);
                for (const step of steps) {
                  for (const one of [store, memory]) await one.batch(step);
                }
                const scores = async (one: typeof store | InMemoryStore) =>
                  (await one.search(["v"], { query }))
                    .map(({ namespace, key, score }) => `${namespace} ${key} ${score?.toFixed(5)}`)
                    .sort();
                expect(await scores(store)).toEqual(await scores(memory));
              },
            ),
            { numRuns: 25 },
          );
        },
        indexOf({ fields: ["text"] }),
      ));
  });
}
