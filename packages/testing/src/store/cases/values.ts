import { InvalidInputError, SerializationError } from "@waypost/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

class Point {
  x = 1;
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const holes: unknown[] = [];
holes[1] = 1;

const REFUSED: [string, unknown, RegExp][] = [
  ["undefined in an array", { a: [undefined] }, /value\.a\[0\] is undefined/],
  ["a hole in an array", { a: holes }, /value\.a\[0\] is undefined/],
  ["NaN", { a: { b: Number.NaN } }, /value\.a\.b is NaN/],
  ["Infinity", { a: Number.POSITIVE_INFINITY }, /value\.a is Infinity/],
  ["-0", { a: -0 }, /value\.a is -0/],
  ["a date", { when: new Date() }, /value\.when is an object of class Date/],
  ["a Map", { a: new Map() }, /value\.a is an object of class Map/],
  ["a Set", { a: new Set() }, /class Set/],
  ["bytes", { a: new Uint8Array(1) }, /class Uint8Array/],
  ["an object of a class", { a: new Point() }, /class Point/],
  ["a bigint", { a: 1n }, /value\.a is a bigint/],
  ["a function", { a: () => 1 }, /value\.a is a function/],
  ["a symbol", { a: Symbol("x") }, /value\.a is a symbol/],
  ["a symbol as key", { a: { [Symbol("x")]: 1 } }, /symbols/],
  ["toJSON", { a: { toJSON: () => 1 } }, /value\.a/],
  ["NUL", { a: "x\0" }, /value\.a is text with NUL/],
  ["NUL in a key", { "x\0": 1 }, /NUL/],
  ["half a surrogate pair", { a: ["\ud800"] }, /value\.a\[0\] is text with half/],
  ["half a surrogate pair in a key", { "\udc00": 1 }, /half/],
  ["a cycle", cycle, /holds itself/],
  ["too many levels", nested(1001), /levels/],
];

export function valueCases(mode: StoreMode): void {
  describe(`${mode.name}: values of the store`, () => {
    it("come back equal, whatever JSON holds", () =>
      withStore(mode, async ({ store }) => {
        const value = fc.dictionary(
          fc.oneof(
            fc.string({ unit: "grapheme" }),
            fc.constantFrom("__proto__", "constructor", "0"),
          ),
          fc.jsonValue({ noUnicodeString: false }),
        );
        await fc.assert(
          fc.asyncProperty(value, async (generated) => {
            const plain = JSON.parse(JSON.stringify(generated).replaceAll("\\u0000", ""));
            await store.put(["v"], "k", plain);
            expect((await store.get(["v"], "k"))?.value).toEqual(plain);
          }),
          { numRuns: 60 },
        );
      }));

    it.each([
      ["numbers", { a: [1e308, 5e-324, 0.1, 1e21, 1e-7, 9007199254740992, -1.5] }],
      ["text", { a: "\ufeff\u0001\u2028\\\"'\u{1f986}", "": "", "\ufeff": "\ufeff" }],
      ["many levels", nested(900) as Record<string, unknown>],
      ["nothing", {}],
      ["a megabyte", { a: 'x\\"'.repeat(400_000) }],
    ])("come back equal: %s", (_, value) =>
      withStore(mode, async ({ store }) => {
        await store.put(["v"], "k", value);
        expect((await store.get(["v"], "k"))?.value).toEqual(value);
        expect((await store.search(["v"]))[0]?.value).toEqual(value);
      }),
    );

    it("are stored without properties that are undefined", () =>
      withStore(mode, async ({ store }) => {
        await store.put(["v"], "k", { a: 1, b: undefined });
        expect(Object.keys((await store.get(["v"], "k"))?.value ?? {})).toEqual(["a"]);
      }));

    it.each(REFUSED)("are refused with %s", (_, value, said) =>
      withStore(mode, async ({ store }) => {
        const put = store.put(["v"], "k", value as Record<string, unknown>);
        const error = await put.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(SerializationError);
        expect((error as Error).message).toMatch(said);
        expect(await store.get(["v"], "k")).toBeNull();
      }),
    );

    it.each([["text"], [1], [[]], [new Date()], [undefined]])(
      "are refused where they are no objects: %s",
      (value) =>
        withStore(mode, async ({ store }) => {
          await expect(store.put(["v"], "k", value as never)).rejects.toThrow(InvalidInputError);
        }),
    );
  });
}
