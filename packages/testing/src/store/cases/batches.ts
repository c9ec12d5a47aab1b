import type { Operation } from "@langchain/langgraph-checkpoint";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const put = (key: string, value: Record<string, unknown> | null): Operation => ({
  ...{ namespace: ["a"], key, value },
});
const get = (key: string): Operation => ({ namespace: ["a"], key });

export function batchCases(mode: StoreMode): void {
  describe(`${mode.name}: batches of the store`, () => {
    it("read what was there before they write, wherever the reads stand", () =>
      withStore(mode, async ({ store }) => {
        await store.put(["a"], "x", { n: 1 });
        const results = await store.batch([
          put("x", { n: 2 }),
          get("x"),
          put("y", { n: 3 }),
          { namespacePrefix: ["a"] },
          { matchConditions: [], limit: 10, offset: 0 },
          put("x", null),
          get("y"),
        ]);
        expect(results).toEqual([
          undefined,
          expect.objectContaining({ value: { n: 1 } }),
          undefined,
          [expect.objectContaining({ key: "x", value: { n: 1 } })],
          [["a"]],
          undefined,
          null,
        ]);
        expect(await store.get(["a"], "x")).toBeNull();
        expect((await store.get(["a"], "y"))?.value).toEqual({ n: 3 });
      }));

    it("of several writes to an item the last one counts, at the place of the first", () =>
      withStore(mode, async ({ store }) => {
        const operations = [
          ...[put("b", { n: 1 }), put("a", { n: 1 }), put("b", null), put("c", { n: 1 })],
          ...[put("b", { n: 2 }), put("d", { n: 1 }), put("d", null)],
        ];
        const memory = new InMemoryStore();
        for (const one of [store, memory]) await one.batch(operations);
        const found = (await store.search(["a"])).map(({ key, value }) => [key, value]);
        expect(found).toEqual([
          ["b", { n: 2 }],
          ["a", { n: 1 }],
          ["c", { n: 1 }],
        ]);
        expect((await memory.search(["a"])).map(({ key, value }) => [key, value])).toEqual(found);
      }));

    it("return an item for each operation that reads it, which share nothing", () =>
      withStore(mode, async ({ store }) => {
        await store.put(["a"], "x", { list: [] });
        const [one, other] = await store.batch([get("x"), get("x")] as const);
        expect(one).toEqual(other);
        (one as { value: { list: number[] } }).value.list.push(1);
        expect(other).toEqual(await store.get(["a"], "x"));
      }));

    it("of nothing return nothing", () =>
      withStore(mode, async ({ store }) => {
        expect(await store.batch([])).toEqual([]);
      }));

    it("of thousands of items are stored and read in their order", () =>
      withStore(mode, async ({ store }) => {
        const keys = Array.from({ length: 3000 }, (_, i) => `key ${(i * 7919) % 3000}`);
        await store.batch(keys.map((key, i) => put(key, { i })));
        const found = await store.search(["a"], { limit: 5000 });
        expect(found.map(({ key }) => key)).toEqual(keys);
        const read = await store.batch(keys.map(get));
        expect(read.map((item) => (item as { value: { i: number } }).value.i)).toEqual(
          keys.map((_, i) => i),
        );
        await store.batch(keys.slice(10).map((key) => put(key, null)));
        expect(await store.search(["a"], { limit: 5000 })).toHaveLength(10);
      }));

    it.each([
      ["a value that is missing", { namespace: ["a"], key: "x", value: undefined }, "plain object"],
      ["a key that is no text", { namespace: ["a"], key: 1 }, "key"],
      ["a misspelt key", { namespace: ["a"], key: "x", vlaue: {} }, "vlaue"],
      ["a negative limit", { namespacePrefix: ["a"], limit: -1 }, "limit"],
      ["a limit that is no number", { namespacePrefix: ["a"], limit: "10" }, "limit"],
      ["a depth of nothing", { matchConditions: [], maxDepth: 0 }, "maxDepth"],
      ["an unknown condition", { matchConditions: [{ matchType: "x", path: [] }] }, "matchType"],
    ] as [string, object, string][])("are refused whole with %s", (_, bad, said) =>
      withStore(mode, async ({ store }) => {
        const batch = store.batch([put("ok", {}), bad as Operation]);
        await expect(batch).rejects.toThrow(new RegExp(said));
        expect(await store.get(["a"], "ok")).toBeNull();
      }),
    );
  });
}
