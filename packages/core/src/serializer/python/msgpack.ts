import { decode } from "@msgpack/msgpack";
import { revive } from "./extensions.js";
import { checkShape } from "./shape.js";

/** Marks the names under which the decoder is made to keep the keys that are no names of properties. */
const TAG = "\0";

/** What stands for an object of Python's, so that nothing in it is taken for a list or dict of the row. */
class Revived {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * A msgpack value as Python's saver writes it. Dicts become objects, or Maps if some key is no string;
 * integers beyond 2^53 become BigInts.
 *
 * @param depth levels around this value, as objects of Python's hold msgpack of their own
 * @throws SerializationError or what the decoder throws if the bytes are not such a value
 */
export function unpack(bytes: Uint8Array, depth = 0): unknown {
  checkShape(bytes, depth);
  const keys: unknown[] = [];
  const value = decode(bytes, {
    useBigInt64: true,
    mapKeyConverter: (key) =>
      typeof key === "string" && !key.startsWith(TAG) ? key : `${TAG}${keys.push(key) - 1}`,
    extensionCodec: {
      tryToEncode: () => null,
      decode: (data, code) => new Revived(revive(code, data, (inner) => unpack(inner, depth + 1))),
    },
  });
  return settle(value, keys);
}

function settle(value: unknown, keys: readonly unknown[]): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Revived) return value.value;
  // The decoder's bytes are a view of the whole row.
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) value[i] = settle(item, keys);
    return value;
  }
  return settleDict(value as Record<string, unknown>, keys);
}

function settleDict(dict: Record<string, unknown>, keys: readonly unknown[]): unknown {
  let tagged = false;
  for (const name of Object.keys(dict)) {
    dict[name] = settle(dict[name], keys);
    tagged ||= name.startsWith(TAG);
  }
  if (!tagged) return dict;
  const entries = Object.entries(dict).map(([name, value]): [unknown, unknown] => [
    name.startsWith(TAG) ? settle(keys[Number(name.slice(TAG.length))], keys) : name,
    value,
  ]);
  const allStrings = entries.every(([key]) => typeof key === "string");
  return allStrings ? Object.fromEntries(entries) : new Map(entries);
}
