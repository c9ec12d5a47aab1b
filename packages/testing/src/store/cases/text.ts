import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const NOTES = {
  tea: { text: "Ada likes green tea", tags: ["drinks"] },
  coffee: { text: "Ada drinks coffee with milk and more coffee" },
  dogs: { text: "Grace walks two dogs", nested: { where: "in the park" } },
  number: { count: 4711 },
};

export function textCases(mode: StoreMode): void {
  describe(`${mode.name}: search for text in the store`, () => {
    const withNotes = (
      work: (keys: (query: string, options?: object) => Promise<string[]>) => Promise<void>,
      options = {},
    ) =>
      withStore(
        mode,
        async ({ store }) => {
          const puts = Object.entries(NOTES).map(([key, value]) => ({
            ...{ namespace: ["n", "1"], key, value },
          }));
          await store.batch([...puts, { namespace: ["n", "2"], key: "other", value: NOTES.tea }]);
          await work(async (query, more = {}) =>
            (await store.search(["n", "1"], { query, ...more })).map(({ key }) => key),
          );
        },
        options,
      );

    it("finds the words of the query by their stems, in all values below the prefix", () =>
      withNotes(async (keys) => {
        expect(await keys("like")).toEqual(["tea"]);
        expect(await keys("walking dog")).toEqual(["dogs"]);
        expect(await keys("park")).toEqual(["dogs"]);
        expect(await keys("4711")).toEqual(["number"]);
        expect(await keys("Ada milk")).toEqual(["coffee"]);
        expect(await keys("Ada park")).toEqual([]);
      }));

    it("does not find keys, and takes nothing for a pattern or an operator", () =>
      withNotes(async (keys) => {
        for (const query of ["text", "nested", "%", "_", "te%", "tea | dogs", "'", "!", "\\"]) {
          expect([query, await keys(query)]).toEqual([query, []]);
        }
      }));

    it("ranks the best first, in pages, with a filter, and not below a score", () =>
      withNotes(async (keys) => {
        expect(await keys("drinks")).toEqual(["tea", "coffee"]);
        expect(await keys("drinks", { limit: 1, offset: 1 })).toEqual(["coffee"]);
        expect(await keys("drinks", { filter: { tags: ["drinks"] } })).toEqual(["tea"]);
        expect(await keys("drinks", { similarityThreshold: 1 })).toEqual([]);
      }));

    it("says how well an item fits, and nothing where there is no query", () =>
      withStore(mode, async ({ store }) => {
        await store.put(["n"], "a", { text: "tea" });
        const [found] = await store.search(["n"], { query: "tea" });
        expect(found?.score).toBeGreaterThan(0);
        const [all] = await store.search(["n"], { query: "" });
        expect(all).toEqual(await store.get(["n"], "a"));
      }));

    it("is in the language of the option", () =>
      withNotes(
        async (keys) => {
          expect(await keys("like")).toEqual([]);
          expect(await keys("likes")).toEqual(["tea"]);
        },
        { textSearchLanguage: "simple" },
      ));

    it.each([
      [{ query: "x", mode: "vector" }, /mode.*index/],
      [{ query: "x", mode: "hybrid" }, /mode.*index/],
      [{ query: "x", mode: "fuzzy" }, /mode.*auto/],
      [{ query: 1 }, /query.*string/],
      [{ query: "x\0" }, /NUL/],
      [{ query: "x", similarityThreshold: Number.NaN }, /similarityThreshold/],
      [{ query: "x", vectorWeight: 2 }, /vectorWeight/],
    ] as [object, RegExp][])("refuses %o", (options, said) =>
      withStore(mode, async ({ store }) => {
        await expect(store.search(["n"], options)).rejects.toThrow(said);
      }),
    );
  });
}
