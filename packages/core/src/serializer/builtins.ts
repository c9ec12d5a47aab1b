import { types } from "node:util";
import type { Encoder } from "./encode.js";
import { constructorRecord, DROPPED, OWN, record } from "./records.js";

type Encode = (value: never, encoder: Encoder, depth: number) => unknown;

/** Every class whose bytes are stored as they are, with the name it is revived by. */
export const VIEWS = {
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  ArrayBuffer,
} as const;

const base64 = (name: string, buffer: ArrayBufferLike, offset: number, length: number) =>
  record(OWN.bytes, {
    class: name,
    value: Buffer.from(buffer, offset, length).toString("base64"),
  });

const viewOf =
  (name: string): Encode =>
  ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    base64(name, buffer, byteOffset, byteLength);

const encodeBuffer: Encode = (value: ArrayBuffer) =>
  base64("ArrayBuffer", value, 0, value.byteLength);

const encodeMap: Encode = (value: ReadonlyMap<unknown, unknown>, encoder, depth) =>
  constructorRecord("Map", [encoder.entries(value, depth)]);

const encodeSet: Encode = (value: ReadonlySet<unknown>, encoder, depth) =>
  constructorRecord("Set", [encoder.items(value, depth)]);

const encodeRegExp: Encode = ({ source, flags }: RegExp) =>
  constructorRecord("RegExp", [source, flags]);

/** An invalid date has no ISO form. */
const encodeDate: Encode = (value: Date) => {
  const time = value.getTime();
  return record(OWN.date, { value: Number.isNaN(time) ? null : value.toISOString() });
};

const encodeUrl: Encode = ({ href }: URL) => record(OWN.url, { value: href });

/**
 * Errors come from anywhere and are stored to say what went wrong: what can't be stored of them is
 * left out, whatever the options say.
 */
const encodeError: Encode = (error: Error, encoder, depth) => {
  const fields: Record<string, unknown> = { name: error.name, stack: error.stack };
  if (Object.hasOwn(error, "cause")) fields.cause = error.cause;
  if ("errors" in error) fields.errors = error.errors;
  for (const [key, value] of Object.entries(error)) fields[key] = value;
  delete fields.message;
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(fields)) {
    const encoded = encoder.tolerate(() => encoder.child(key, value, depth));
    if (encoded !== DROPPED) kept.push([key, encoded]);
  }
  return constructorRecord("Error", [String(error.message)], { fields: kept });
};

const BY_PROTOTYPE = new Map<object, Encode>([
  [Date.prototype, encodeDate],
  [Map.prototype, encodeMap],
  [Set.prototype, encodeSet],
  [RegExp.prototype, encodeRegExp],
  [URL.prototype, encodeUrl],
  [Buffer.prototype, viewOf("Uint8Array")],
  ...Object.entries(VIEWS).map(([name, { prototype }]): [object, Encode] => [
    prototype,
    name === "ArrayBuffer" ? encodeBuffer : viewOf(name),
  ]),
]);

/** For objects of another realm, whose prototypes are others; a class derived from one is not it. */
const BY_NAME: ReadonlyMap<string, readonly [(value: unknown) => boolean, Encode]> = new Map([
  ["Date", [types.isDate, encodeDate]],
  ["Map", [types.isMap, encodeMap]],
  ["Set", [types.isSet, encodeSet]],
  ["RegExp", [types.isRegExp, encodeRegExp]],
  ["ArrayBuffer", [types.isArrayBuffer, encodeBuffer]],
  ...Object.keys(VIEWS)
    .filter((name) => name !== "ArrayBuffer")
    .map((name) => [name, [ArrayBuffer.isView, viewOf(name)]] as const),
] as [string, [(value: unknown) => boolean, Encode]][]);

/** How a value of a class of the language's or of Node's is stored; undefined for all others. */
export function builtinEncoder(
  value: object,
  prototype: object,
): ((value: object, encoder: Encoder, depth: number) => unknown) | undefined {
  const known = BY_PROTOTYPE.get(prototype);
  if (known !== undefined) return known as never;
  if (types.isNativeError(value) || value instanceof Error) return encodeError as never;
  if (!Object.hasOwn(prototype, "constructor")) return undefined;
  const foreign = BY_NAME.get(String((prototype.constructor as { name?: unknown }).name));
  return foreign?.[0](value) ? (foreign[1] as never) : undefined;
}
