import { types } from "node:util";
import { baseEncoder } from "./builtins.js";
import type { Encoder } from "./encoder.js";
import { TO_JSON } from "./path.js";

/** An object of a class that nothing is known of: refused, left out, or without its class. */
export function encodeUnknown(
  value: object,
  prototype: object,
  encoder: Encoder,
  depth: number,
): unknown {
  const name = (prototype.constructor as { name?: unknown } | undefined)?.name;
  const isPromise = value instanceof Promise;
  if (encoder.options.unsupported !== "plain" || isPromise) {
    const what = isPromise ? "a promise" : `an object of class ${String(name)}`;
    return encoder.unsupported(what, depth);
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return encoder.child(TO_JSON, toJSON.call(value), depth);
  if (types.isBoxedPrimitive(value)) return encoder.walk(value.valueOf(), depth);
  const base = baseEncoder(value);
  if (base !== undefined) return base(value, encoder, depth);
  return encoder.walk(Array.isArray(value) ? [...value] : { ...value }, depth);
}
