import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

/** Labels that have a meaning somewhere else. */
const ODD = [
  "%",
  "_",
  "\\",
  "a%",
  "*",
  "'",
  '"',
  "$1",
  "é",
  "\u{1f986}",
  " ",
  "A",
  "a",
  "ab",
  ";",
  "9",
];

export function namespaceCases(mode: StoreMode): void {
  describe(`${mode.name}: namespaces of the store`, () => {
    it("are found under a prefix by whole labels, whatever these hold", () =>
      withStore(mode, async ({ store }) => {
        const namespaces = ODD.flatMap((label) => [[label], [label, "x"], [`${label}x`]]);
        await store.batch(namespaces.map((namespace) => ({ namespace, key: "k", value: {} })));
        for (const label of ODD) {
          const found = await store.search([label], { limit: 1000 });
          expect(found.map(({ namespace }) => namespace)).toEqual([[label], [label, "x"]]);
        }
        expect(await store.search([], { limit: 1000 })).toHaveLength(namespaces.length);
      }));

    it("are listed label by label in the order of code points, in pages", () =>
      withStore(mode, async ({ store }) => {
        const all = [["A"], ["a"], ["a", "b"], ["a", "b", "c"], ["a1"], ["b", "b"], ["é"]];
        await store.batch(
          [...all].reverse().map((namespace) => ({ namespace, key: "k", value: {} })),
        );
        expect(await store.listNamespaces()).toEqual(all);
        expect(await store.listNamespaces({ limit: 2, offset: 3 })).toEqual(all.slice(3, 5));
        expect(await store.listNamespaces({ limit: 0 })).toEqual([]);
        expect(await store.listNamespaces({ maxDepth: 1 })).toEqual([
          ["A"],
          ["a"],
          ["a1"],
          ["b"],
          ["é"],
        ]);
        expect(await store.listNamespaces({ maxDepth: 1, limit: 2, offset: 1 })).toEqual([
          ["a"],
          ["a1"],
        ]);
        expect(await store.listNamespaces({ prefix: ["a"] })).toEqual(all.slice(1, 4));
        expect(await store.listNamespaces({ prefix: ["a"], maxDepth: 2 })).toEqual(all.slice(1, 3));
        expect(await store.listNamespaces({ suffix: ["b"] })).toEqual([
          ["a", "b"],
          ["b", "b"],
        ]);
        expect(await store.listNamespaces({ prefix: ["*", "b"] })).toEqual([
          ...[
            ["a", "b"],
            ["a", "b", "c"],
            ["b", "b"],
          ],
        ]);
        expect(await store.listNamespaces({ prefix: ["a", "*"], suffix: ["c"] })).toEqual([
          ["a", "b", "c"],
        ]);
        expect(await store.listNamespaces({ suffix: ["b", "*"] })).toEqual([
          ["a", "b", "c"],
          ["b", "b"],
        ]);
        expect(await store.listNamespaces({ prefix: ["none"] })).toEqual([]);
      }));

    it("are listed only while they hold an item", () =>
      withStore(mode, async ({ store }) => {
        await store.put(["a"], "k", {});
        await store.put(["b"], "k", {});
        await store.delete(["a"], "k");
        expect(await store.listNamespaces()).toEqual([["b"]]);
      }));

    it.each([
      ["none", []],
      ["an empty label", ["a", ""]],
      ["a dot", ["a.b"]],
      ["a colon", ["a:b"]],
      ["NUL", ["\0"]],
      ["half a surrogate pair", ["\ud800"]],
      ["a number", ["a", 1]],
      ["text", "a"],
      ["the reserved root", ["langgraph", "x"]],
    ] as [string, string[]][])("with %s are refused by put", (_, namespace) =>
      withStore(mode, async ({ store }) => {
        await expect(store.put(namespace, "k", {})).rejects.toThrow(InvalidNamespaceError);
        const isReserved = namespace[0] === "langgraph";
        const batch = store.batch([{ namespace, key: "k", value: {} }]);
        if (isReserved) await batch;
        else await expect(batch).rejects.toThrow(InvalidNamespaceError);
      }),
    );
  });
}
