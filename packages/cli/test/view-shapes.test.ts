import { AIMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { Unreadable } from "../src/serde.ts";
import { partOf, pathTo, shapeOf } from "../src/view/shapes.ts";

const items = (value: unknown, from = 0) => {
  const shape = shapeOf(value, from);
  return shape.kind === "list" || shape.kind === "record" ? (shape.items ?? []) : [];
};

describe("a value for the page", () => {
  it("has the first of many items, and the others from a position on", () => {
    const many = Array.from({ length: 250 }, (_, i) => i);
    expect(shapeOf(many)).toMatchObject({ kind: "list", size: 250 });
    expect(items(many)).toHaveLength(100);
    expect(items(many, 200).map(({ key }) => key)).toEqual(many.slice(200).map((i) => String(i)));
  });

  it("has the beginning of a long text, and the rest from a position on", () => {
    const text = "ab".repeat(40_000);
    expect(shapeOf(text)).toMatchObject({ text: text.slice(0, 50_000), length: 80_000 });
    expect(shapeOf(text, 79_998)).toMatchObject({ text: "ab", length: 80_000 });
  });

  it("leaves out what lies deep or is large, which a path leads to", () => {
    const value = { a: { b: { c: { d: "deep" } } }, many: Array(50).fill(0) };
    const [a, many] = items(value);
    expect(a?.value).toMatchObject({ items: [{ key: "b", value: { size: 1 } }] });
    expect(many?.value).toMatchObject({ kind: "list", size: 50, items: undefined });
    expect(partOf(value, [0, 0, 0])).toEqual({ d: "deep" });
    expect(partOf(value, [0, 7, 0])).toBeUndefined();
    expect(pathTo(value, ["a", "b"])).toEqual([0, 0]);
    expect(pathTo(value, ["a", "none"])).toBeUndefined();
  });

  it.each<[unknown, unknown]>([
    [new Map([["k", 1]]), { kind: "record", name: "Map", items: [{ key: "k" }] }],
    [new Set(["x"]), { kind: "list", name: "Set", items: [{ value: { text: "x" } }] }],
    [new Uint8Array([1, 255]), { kind: "word", text: "Uint8Array, 2 B <01 ff>" }],
    [new Date(0), { kind: "word", text: "1970-01-01T00:00:00.000Z" }],
    [10n, { kind: "word", text: "10n" }],
    [null, { kind: "word", text: "null" }],
    [new TypeError("no"), { kind: "record", name: "TypeError" }],
    [new Unreadable("encrypted"), { kind: "unreadable", text: "unreadable: encrypted" }],
  ])("tells %s from others", (value, expected) => {
    expect(shapeOf(value)).toMatchObject(expected as object);
  });

  it("has the fields of a message, and not what LangChain keeps beside them", () => {
    const keys = items(new AIMessage({ id: "1", content: "hi" })).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["id", "content"]));
    expect(keys.filter((key) => key.startsWith("lc_"))).toEqual([]);
  });

  it("runs no getter, and ends where a value holds itself", () => {
    const value: Record<string, unknown> = {
      get ran(): never {
        throw new Error("It ran.");
      },
    };
    value.self = value;
    expect(items(value).map(({ key }) => key)).toEqual(["self"]);
  });
});
