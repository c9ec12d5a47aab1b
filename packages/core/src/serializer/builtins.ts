import { types } from "node:util";
import type { Encoder } from "./encoder.js";
import { constructorRecord, DROPPED, OWN, record } from "./records.js";

type Fields = Readonly<Record<string, unknown>>;
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

/** @throws SerializationError if the object has properties of its own, which its form has no place for */
function refuseProperties(value: object, what: string, encoder: Encoder, depth: number): void {
  if (Object.keys(value).length > 0) {
    encoder.unsupported(`a ${what} with properties of its own`, depth);
  }
}

const encodeMap: Encode = (value: ReadonlyMap<unknown, unknown>, encoder, depth) => {
  refuseProperties(value, "Map", encoder, depth);
  return constructorRecord("Map", [encoder.entries(value, depth)]);
};

const encodeSet: Encode = (value: ReadonlySet<unknown>, encoder, depth) => {
  refuseProperties(value, "Set", encoder, depth);
  return constructorRecord("Set", [encoder.items(value, depth)]);
};

const encodeRegExp: Encode = (value: RegExp, encoder, depth) => {
  refuseProperties(value, "RegExp", encoder, depth);
  const { source, flags, lastIndex } = value;
  return constructorRecord("RegExp", [source, flags], lastIndex === 0 ? {} : { lastIndex });
};

/** An invalid date has no ISO form. */
const encodeDate: Encode = (value: Date, encoder, depth) => {
  refuseProperties(value, "Date", encoder, depth);
  const time = value.getTime();
  return record(OWN.date, { value: Number.isNaN(time) ? null : value.toISOString() });
};

const encodeUrl: Encode = ({ href }: URL) => record(OWN.url, { value: href });

/** The name of the class of a typed array, which no derived class changes. */
function viewName(value: unknown): unknown {
  return TYPED_ARRAY_NAME?.call(value);
}

const TYPED_ARRAY_NAME = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** Prototypes above an object, in any realm. */
function levelsOf(object: object): number {
  let levels = 0;
  for (let at = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at))
    levels++;
  return levels;
}

/**
 * Errors come from anywhere and are stored to say what went wrong: what can't be stored of them is
 * left out, whatever the options say.
 */
const encodeError: Encode = (error: Error, encoder, depth) => {
  const keys = new Set(["name", "stack"]);
  if (Object.hasOwn(error, "cause")) keys.add("cause");
  if ("errors" in error) keys.add("errors");
  for (const key of Object.keys(error)) if (key !== "message") keys.add(key);
  const kept: [string, unknown][] = [];
  for (const key of keys) {
    const read = () => encoder.child(key, (error as Fields & Error)[key], depth);
    const encoded = encoder.leniently(read);
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

type Brand = readonly [is: (value: unknown) => boolean, encode: Encode];

/** What an object is, whatever its prototype says. */
const BRANDS: ReadonlyMap<string, Brand> = new Map<string, Brand>([
  ["Date", [types.isDate, encodeDate]],
  ["Map", [types.isMap, encodeMap]],
  ["Set", [types.isSet, encodeSet]],
  ["RegExp", [types.isRegExp, encodeRegExp]],
  ["ArrayBuffer", [types.isArrayBuffer, encodeBuffer]],
  ["DataView", [types.isDataView, viewOf("DataView")]],
  ...Object.keys(VIEWS)
    .filter((name) => name.endsWith("Array"))
    .map((name): [string, Brand] => [name, [(value) => viewName(value) === name, viewOf(name)]]),
]);

type Bound = (value: object, encoder: Encoder, depth: number) => unknown;

/** How a value of a class of the language's or of Node's is stored; undefined for all others. */
export function builtinEncoder(value: object, prototype: object): Bound | undefined {
  const known = BY_PROTOTYPE.get(prototype);
  if (known !== undefined) return known as Bound;
  return types.isNativeError(value) || value instanceof Error ? (encodeError as Bound) : undefined;
}

/** The same for objects of another realm, whose prototypes are others; a class derived from one is not it. */
export function foreignEncoder(value: object, prototype: object): Bound | undefined {
  if (!Object.hasOwn(prototype, "constructor")) return undefined;
  const name = String((prototype.constructor as { name?: unknown }).name);
  const [is, encode] = BRANDS.get(name) ?? [];
  const own = levelsOf(
    (VIEWS as Record<string, { prototype: object }>)[name]?.prototype ?? Map.prototype,
  );
  return is?.(value) && levelsOf(prototype) === own ? (encode as Bound) : undefined;
}

/** How the class is stored that an object's class is derived from. */
export function baseEncoder(value: object): Bound | undefined {
  for (const [is, encode] of BRANDS.values()) if (is(value)) return encode as Bound;
  return undefined;
}

/** Bytes that come back as what they are: no object of a class derived from Uint8Array but Buffer. */
export function isBytes(value: unknown): value is Uint8Array {
  if (!types.isUint8Array(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object;
  if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return true;
  return foreignEncoder(value, prototype) !== undefined;
}
