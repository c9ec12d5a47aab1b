import { inspect } from "node:util";
import { Unreadable } from "../serde.ts";
import { bytes } from "../units.ts";
import type { Item, ItemsShape, Shape } from "./api.ts";

/** Characters of a text in one answer where it is one of many, and where it is asked for. */
const SHORT_TEXT = 2_000;
const LONG_TEXT = 50_000;
/** Items of one answer. */
const PAGE = 100;
/** Of values that lie in others, those that are larger are opened by hand. */
const FEW = 20;
const DEPTH = 2;

type Entry = readonly [key: string, value: unknown];

/**
 * A value as the page draws it, its outer parts only.
 *
 * @param from position of the first item, or of the first character of a text
 */
export function shapeOf(value: unknown, from = 0): Shape {
  return draw(value, { from, items: PAGE, text: LONG_TEXT, depth: DEPTH });
}

/** The same as one of many: less of it. */
export const briefShapeOf = (value: unknown): Shape =>
  draw(value, { from: 0, items: FEW, text: SHORT_TEXT, depth: DEPTH });

/** What lies in a value at a path of positions; undefined where nothing does. */
export function partOf(value: unknown, path: readonly number[]): unknown {
  let part = value;
  for (const position of path) part = entriesOf(part)?.[position]?.[1];
  return part;
}

/** The path to what lies in a value under keys; undefined where nothing does. */
export function pathTo(value: unknown, keys: readonly string[]): number[] | undefined {
  const path: number[] = [];
  let part = value;
  for (const key of keys) {
    const entries = entriesOf(part) ?? [];
    const position = entries.findIndex(([own]) => own === key);
    if (position < 0) return undefined;
    path.push(position);
    part = entries[position]?.[1];
  }
  return path;
}

interface Limits {
  readonly from: number;
  readonly items: number;
  readonly text: number;
  readonly depth: number;
}

function draw(value: unknown, limits: Limits): Shape {
  const { from, text, items, depth } = limits;
  if (typeof value === "string") {
    return { kind: "text", text: value.slice(from, from + text), length: value.length };
  }
  if (value instanceof Unreadable) return { kind: "unreadable", text: String(value) };
  const entries = entriesOf(value);
  if (entries === undefined) return { kind: "word", text: wordOf(value) };
  const isShown = depth > 0 && (depth === DEPTH || entries.length <= items);
  const inner = { from: 0, items: FEW, text: SHORT_TEXT, depth: depth - 1 };
  const shown = entries.slice(from, from + items);
  return {
    kind: Array.isArray(value) || value instanceof Set ? "list" : "record",
    name: nameOf(value),
    size: entries.length,
    items: isShown
      ? shown.map(([key, own]): Item => ({ key, value: draw(own, inner) }))
      : undefined,
  } satisfies ItemsShape;
}

/** The parts of a value; undefined of what has none. */
function entriesOf(value: unknown): Entry[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item]);
  if (value instanceof Set) return [...value].map((item, i) => [String(i), item]);
  if (value instanceof Map) return [...value].map(([key, item]) => [keyOf(key), item]);
  if (value instanceof Date || value instanceof RegExp || value instanceof URL) return undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return undefined;
  const error = value instanceof Error ? (["name", "message", "cause", "stack"] as const) : [];
  const first = error
    .map((key): Entry => [key, value instanceof Error ? value[key] : undefined])
    .filter(([, own]) => own !== undefined);
  return [...first, ...Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(ownEntry)];
}

/** No getter runs. What LangChain keeps in each object beside its fields says nothing. */
function ownEntry([key, { value, enumerable }]: [string, PropertyDescriptor]): Entry[] {
  return enumerable && value !== undefined && !key.startsWith("lc_") ? [[key, value]] : [];
}

const keyOf = (key: unknown): string => (typeof key === "string" ? key : wordOf(key));

function nameOf(value: unknown): string | undefined {
  const name = (value as object).constructor?.name;
  return name === "Object" || name === "Array" || typeof name !== "string" || name === ""
    ? undefined
    : name;
}

/** Bytes that are shown. */
const MOST_BYTES = 32;

function wordOf(value: unknown): string {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return bytesOf(value);
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 64 });
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): string {
  const all = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  const pairs = all.subarray(0, MOST_BYTES).toString("hex").match(/../g) ?? [];
  const rest = all.length > MOST_BYTES ? " …" : "";
  return `${nameOf(value)}, ${bytes(all.length)} <${pairs.join(" ")}${rest}>`;
}
