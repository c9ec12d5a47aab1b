import { runInNewContext, runInThisContext } from "node:vm";
import { Document } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import type { SerializerOptions } from "../../src/serializer/options.ts";
import { serializer } from "../../src/serializer/serializer.ts";

class List extends Array<number> {}
class Sorted extends Map<string, number> {}
class Tags extends Set<string> {}
class Moment extends Date {}
class Pattern extends RegExp {}
class Pixels extends Uint8ClampedArray<ArrayBuffer> {}
class Frame extends Uint8Array<ArrayBuffer> {}
class Samples extends Float32Array<ArrayBuffer> {}
class Address extends URL {}
class Page extends Document {}
class Priced {
  toJSON() {
    return { cents: 5 };
  }
}
/** It has the fields of a Document, and is another class. */
class Article {
  pageContent = "text";
  metadata = {};
  id = undefined;
}

const given: unknown = new Function("return arguments")(1, 2);

/** Each with what is left of it with `unsupported: "plain"`. */
const DERIVED: readonly [string, unknown, unknown][] = [
  ["Array", List.from([1, 2]), [1, 2]],
  ["Map", new Sorted([["a", 1]]), new Map([["a", 1]])],
  ["Set", new Tags(["a"]), new Set(["a"])],
  ["Date", new Moment(5), new Date(5).toISOString()],
  ["RegExp", new Pattern("a", "g"), /a/g],
  ["URL", new Address("https://example.org/"), "https://example.org/"],
  ["Uint8ClampedArray", Pixels.of(1, 2), Uint8ClampedArray.of(1, 2)],
  ["Uint8Array", Frame.of(1, 2), Uint8Array.of(1, 2)],
  ["Float32Array", Samples.of(1.5), Float32Array.of(1.5)],
  ["Document", new Page({ pageContent: "a" }), { pageContent: "a", metadata: {} }],
  ["String", new String("a"), "a"],
  ["Number", Object(1), 1],
  ["Boolean", Object(true), true],
  ["BigInt", Object(1n), 1n],
  ["a class with toJSON", new Priced(), { cents: 5 }],
  ["a class that looks like a Document", new Article(), { pageContent: "text", metadata: {} }],
  ["arguments", given, { 0: 1, 1: 2 }],
];

async function roundTrip(value: unknown, options?: SerializerOptions): Promise<unknown> {
  const serde = serializer(options);
  return serde.loadsTyped(...(await serde.dumpsTyped(value)));
}

describe("an object of a class derived from", () => {
  it.each(DERIVED)("%s is refused, at the top and within", async (_, value) => {
    await expect(serializer().dumpsTyped(value)).rejects.toThrow(/^value is an object of /);
    await expect(serializer().dumpsTyped([value])).rejects.toThrow(/^value\[0\] is an object of /);
  });

  it.each(DERIVED)("%s is left out, alone", async (_, value) => {
    expect(await roundTrip({ value, n: 1 }, { unsupported: "drop" })).toEqual({ n: 1 });
  });

  it.each(DERIVED)("%s becomes what it was derived from", async (_, value, expected) => {
    const read = (await roundTrip({ value }, { unsupported: "plain" })) as { value: unknown };
    expect(read.value).toEqual(expected);
    expect(Object.getPrototypeOf(read.value)).toBe(Object.getPrototypeOf(expected));
  });

  it("Array, that is registered, comes back as one", async () => {
    const list = {
      name: "List",
      class: List,
      toJSON: (a: List) => [...a],
      fromJSON: (a: number[]) => List.from(a),
    };
    const read = await roundTrip({ list: List.from([1, 2]) }, { classes: [list] });
    expect(read).toEqual({ list: List.from([1, 2]) });
    expect((read as { list: unknown }).list).toBeInstanceOf(List);
  });
});

describe("objects of another realm come back as those of this one", () => {
  it.each([
    "({ a: [1, { b: 2 }] })",
    "new Map([[1, new Set([2])]])",
    "new Date(5)",
    "/a/g",
    "Uint8Array.of(1, 2)",
    "Float64Array.of(1.5)",
    "new DataView(new ArrayBuffer(2))",
    "new ArrayBuffer(2)",
  ])("%s", async (source) => {
    const expected: unknown = runInThisContext(source);
    const read = await roundTrip({ value: runInNewContext(source) });
    expect(read).toEqual({ value: expected });
  });

  it("but not those of derived classes, whatever their names", async () => {
    const value = runInNewContext("new (class Map extends globalThis.Map {})()");
    await expect(serializer().dumpsTyped(value)).rejects.toThrow("class Map");
  });
});

describe("what an object holds beside what its class does", () => {
  const extra = <T extends object>(value: T) => Object.assign(value, { extra: 1 });
  const holes = Object.assign(Array(3), { 0: 1, 2: 3 });
  const both = extra(holes.slice());

  it.each<[string, unknown, string]>([
    ["a Map", extra(new Map([[1, 2]])), "value.a is a Map with properties of its own"],
    ["a Set", extra(new Set([1])), "value.a is a Set with properties of its own"],
    ["a Date", extra(new Date(5)), "value.a is a Date with properties of its own"],
    ["a RegExp", extra(/a/), "value.a is a RegExp with properties of its own"],
    ["an array", extra([1]), "value.a is an array with holes or properties of its own"],
    ["an array with holes", holes, "value.a is an array with holes"],
    ["an array with as many properties as holes", both, "value.a is an array with holes"],
    [
      "an object without a prototype that has symbols",
      Object.assign(Object.create(null), { [Symbol("s")]: 1 }),
      "value.a is an object with a symbol for a key",
    ],
  ])("is refused: %s", async (_, a, expected) => {
    await expect(serializer().dumpsTyped({ a })).rejects.toThrow(expected);
  });

  it.each<SerializerOptions["unsupported"]>(["drop", "plain"])(
    "is left out, alone: %s",
    async (unsupported) => {
      const value = {
        holes,
        both,
        match: "abc".match(/b/),
        map: extra(new Map([[1, holes]])),
        date: extra(new Date(5)),
        hidden: Object.defineProperty({ n: 1 }, "toJSON", { value: () => "other" }),
        list: Object.defineProperty([1], "toJSON", { value: () => "other" }),
      };
      expect(await roundTrip(value, { unsupported })).toEqual({
        holes: [1, undefined, 3],
        both: [1, undefined, 3],
        match: ["b"],
        map: new Map([[1, [1, undefined, 3]]]),
        date: new Date(5),
        hidden: { n: 1 },
        list: [1],
      });
    },
  );

  it("does not include where a RegExp goes on from, which comes back", async () => {
    const pattern = /a/g;
    pattern.lastIndex = 3;
    expect(((await roundTrip(pattern)) as RegExp).lastIndex).toBe(3);
  });
});
