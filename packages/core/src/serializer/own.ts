import { SerializationError } from "../errors/errors.js";
import { VIEWS } from "./builtins.js";
import { isEntries } from "./constructors.js";
import type { CheckedSerializerOptions } from "./options.js";
import { MAX_DIGITS, OWN } from "./records.js";

type Fields = Readonly<Record<string, unknown>>;

const NUMBERS = new Map([
  ["-0", -0],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/**
 * A record that only Waypost writes. One that is not exactly as it would write it stays the data it is.
 *
 * @param record with its parts revived
 * @throws SerializationError for an object of a class that is not registered
 */
export function decodeOwn(record: Fields, options: CheckedSerializerOptions): unknown {
  const { type, value } = record;
  switch (type) {
    case OWN.number:
      return NUMBERS.get(value as string) ?? record;
    case OWN.bigint:
      return isDigits(value) ? BigInt(value) : record;
    case OWN.date:
      return value === null || typeof value === "string" ? new Date(value ?? Number.NaN) : record;
    case OWN.url:
      return typeof value === "string" && URL.canParse(value) ? new URL(value) : record;
    case OWN.bytes:
      return bytes(record) ?? record;
    case OWN.object:
      return isEntries(value) ? object(value, record.prototype === null) : record;
    case OWN.class:
      return registered(record, options);
    default:
      return record;
  }
}

function isDigits(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_DIGITS && /^-?\d+$/.test(value);
}

interface ViewConstructor {
  new (buffer: ArrayBuffer): ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
}

/** Copied, as the pool that Node decodes into is shared, and the classes need their own alignment. */
function bytes({ class: name, value }: Fields): unknown {
  if (typeof value !== "string" || typeof name !== "string" || !Object.hasOwn(VIEWS, name)) {
    return undefined;
  }
  const { buffer } = Uint8Array.from(Buffer.from(value, "base64"));
  if (name === "ArrayBuffer") return buffer;
  const View = VIEWS[name as keyof typeof VIEWS] as ViewConstructor;
  return buffer.byteLength % (View.BYTES_PER_ELEMENT ?? 1) === 0 ? new View(buffer) : undefined;
}

/** Defines each property, so that "__proto__" is one like any other. */
function object(entries: [unknown, unknown][], bare: boolean): object {
  const revived: object = bare ? Object.create(null) : {};
  for (const [key, value] of entries) {
    Object.defineProperty(revived, String(key), {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return revived;
}

function registered({ name, value }: Fields, { byName }: CheckedSerializerOptions): unknown {
  const known = byName.get(String(name));
  if (known !== undefined) return known.fromJSON(value);
  throw new SerializationError(
    "The value holds an object of a class that is not registered; pass it to serializer({ classes }).",
  );
}
