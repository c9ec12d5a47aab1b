import type { Sample } from "./sample.ts";

const withCause = Object.assign(new TypeError("broken", { cause: new Error("inner") }), {
  code: "E_BROKEN",
  details: { at: new Date(5) },
});

export const PLAIN: readonly Sample[] = [
  { kind: "string", value: 'text "quoted" \\ \n \u2028 😀' },
  { kind: "string with NUL", value: "a\0b" },
  { kind: "string with half a surrogate pair", value: "a\ud800b" },
  { kind: "number", value: 1.5e300 },
  { kind: "boolean", value: true },
  { kind: "null", value: null },
  { kind: "array", value: [1, [2, []]] },
  { kind: "object", value: { a: { b: {} }, "": 1 } },
];

export const NUMBERS: readonly Sample[] = [
  { kind: "-0", value: -0 },
  { kind: "NaN", value: Number.NaN },
  { kind: "Infinity", value: Number.POSITIVE_INFINITY },
  { kind: "-Infinity", value: Number.NEGATIVE_INFINITY },
  { kind: "BigInt", value: -(2n ** 80n) },
];

export const BUILTINS: readonly Sample[] = [
  { kind: "undefined", value: undefined },
  { kind: "Date", value: new Date("2026-01-02T03:04:05.678Z") },
  { kind: "Date, invalid", value: new Date(Number.NaN) },
  { kind: "RegExp with flags", value: /a+(?<x>b)/giu },
  { kind: "URL", value: new URL("https://example.org/a?b=c#d") },
  {
    kind: "Map",
    value: new Map<unknown, unknown>([
      ["a", 1],
      [{ key: 1 }, new Map([[1, 2]])],
    ]),
  },
  { kind: "Set", value: new Set<unknown>(["a", 1, { b: 2 }]) },
  { kind: "Error with name, stack, cause and own properties", value: withCause },
  { kind: "AggregateError", value: new AggregateError([new RangeError("one")], "several") },
  { kind: "object without a prototype", value: Object.assign(Object.create(null), { a: 1 }) },
];
