import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const VALUES: readonly Record<string, unknown>[] = [
  {},
  { a: null },
  ...[1, 2, 10, 0, -1.5, "1", "2", "10", "", " 3 ", "x", "1e1", true, false, "true", "null"].map(
    (a) => ({ a }),
  ),
  { a: ["x"] },
  { a: { b: 1 } },
  { "a.b": 1 },
  { a: 1, b: "x" },
  { "it's": 1, '"': 2, $1: 3, é: 4 },
];

/** Filters that `InMemoryStore` has, too. */
const SHARED: readonly Record<string, unknown>[] = [
  ...[null, 1, "1", true, "", "x", 0, -0].map((a) => ({ a })),
  ...[null, 1, "1", true, -0].flatMap((v) => [{ a: { $eq: v } }, { a: { $ne: v } }]),
  ...["$gt", "$gte", "$lt", "$lte"].flatMap((op) =>
    [1, 2, "2", 0, -1.5, 1e308, Number.POSITIVE_INFINITY, true].map((v) => ({ a: { [op]: v } })),
  ),
  ...[[], [1], [1, "2", null, true], ["x"], [-0]].flatMap((list) => [
    { a: { $in: list } },
    { a: { $nin: list } },
  ]),
  { a: { $gte: 1, $lt: 10 } },
  { a: { $gt: 0, $ne: 1, $nin: [2] } },
  { a: {} },
  { a: 1, b: "x" },
  { "a.b": 1 },
  { "it's": 1 },
  { '"': 2 },
  { $1: 3 },
  { é: 4 },
  { "x') OR true --": 1 },
  {},
];

export function filterCases(mode: StoreMode): void {
  describe(`${mode.name}: filters of the store`, () => {
    it("find what they find in memory", () =>
      withStore(mode, async ({ store }) => {
        const memory = new InMemoryStore();
        const puts = VALUES.map((value, i) => ({ namespace: ["f"], key: String(i), value }));
        for (const one of [store, memory]) await one.batch(puts);
        for (const filter of SHARED) {
          const options = { filter, limit: 100 };
          const [found, expected] = await Promise.all(
            [store, memory].map((one) => one.search(["f"], options)),
          );
          const shown = (items = found) => items?.map(({ value }) => value);
          expect([filter, shown(found)]).toEqual([filter, shown(expected)]);
        }
      }));

    it("go into objects, and compare arrays and objects as JSON", () =>
      withStore(mode, async ({ store }) => {
        const values = [
          { p: { city: "Rome", age: 30, tags: ["a", "b"] } },
          { p: { city: "Rome", age: 20, tags: ["a"] } },
          { p: { city: "Oslo", age: 40 } },
          { p: "Rome" },
        ];
        await store.batch(values.map((value, i) => ({ namespace: ["f"], key: String(i), value })));
        const keys = async (filter: Record<string, unknown>) =>
          (await store.search(["f"], { filter })).map(({ key }) => key).join("");
        expect(await keys({ p: { city: "Rome" } })).toBe("01");
        expect(await keys({ p: { city: "Rome", age: { $gt: 25 } } })).toBe("0");
        expect(await keys({ p: { tags: ["a"] } })).toBe("1");
        expect(await keys({ p: { $eq: { age: 40, city: "Oslo" } } })).toBe("2");
        expect(await keys({ p: { $in: ["Rome", { city: "Oslo", age: 40 }] } })).toBe("23");
        expect(await keys({ p: { $ne: "Rome" } })).toBe("012");
      }));

    it("never fail because of a value that is stored", () =>
      withStore(mode, async ({ store }) => {
        const odd = [
          "9".repeat(200_000),
          "1e999999",
          "0x10",
          "Infinity",
          "NaN",
          "1 2",
          "+",
          ".",
          "١",
        ];
        await store.batch(odd.map((a, i) => ({ namespace: ["f"], key: String(i), value: { a } })));
        for (const operator of ["$gt", "$gte", "$lt", "$lte"]) {
          expect(await store.search(["f"], { filter: { a: { [operator]: 0 } } })).toEqual([]);
        }
      }));

    it.each([
      ["an unknown operator", { a: { $regex: "x" } }, /\$regex.*\$eq/],
      ["operators beside keys", { a: { $gt: 1, b: 2 } }, /mixes/],
      ["undefined", { a: undefined }, /filter\.a.*undefined/],
      ["undefined in a list", { a: { $in: [undefined] } }, /filter\.a\[0\]/],
      ["a list that is none", { a: { $in: "x" } }, /\$in.*array/],
      ["a comparison with text", { a: { $gt: "2024-01-01" } }, /\$gt.*number/],
      ["NaN", { a: Number.NaN }, /filter\.a/],
      ["a date", { a: new Date(0) }, /filter\.a.*Date/],
      ["NUL", { a: "\0" }, /NUL/],
      ["NUL in a key", { "\0": 1 }, /NUL/],
      ["a filter that is text", "a", /filter.*object/],
    ] as [string, Record<string, unknown>, RegExp][])("refuse %s", (_, filter, said) =>
      withStore(mode, async ({ store }) => {
        await expect(store.search(["f"], { filter })).rejects.toThrow(said);
      }),
    );
  });
}
