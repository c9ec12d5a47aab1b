import { SerializationError } from "../errors.js";
import type { Serializable } from "./classes.js";
import type { Encoder } from "./encode.js";
import type { Builder, Shape } from "./langchain.js";
import { DROPPED } from "./records.js";

type Fields = Record<string, unknown>;

/** LangChain's own form of an object that it can load. */
export interface LangChainRecord {
  readonly lc: 1;
  readonly type: "constructor";
  readonly id: readonly string[];
  readonly kwargs: Fields;
  /** What was set on the object beside the fields of its class; LangChain ignores it. */
  readonly fields?: Fields;
}

/**
 * The record that LangChain itself makes of a message or another object of its classes, with what was
 * set after it was made: its `toJSON` writes only what the constructor was given.
 */
export function encodeMessage(
  message: object & Serializable,
  shape: Shape,
  encoder: Encoder,
  depth: number,
): LangChainRecord {
  const values = message as unknown as Readonly<Fields>;
  const given = message.lc_kwargs;
  const kwargs: Fields = {};
  for (const key of Object.keys(given)) {
    put(kwargs, shape.nameOf(key), key, key in values ? values[key] : given[key]);
  }
  const record = { lc: 1, type: "constructor", id: shape.id, kwargs } as const;
  if (shape.declared === undefined) return record;
  let fields: Fields | undefined;
  for (const key of Object.keys(values)) {
    if (key === "type" || key.startsWith("lc_") || Object.hasOwn(given, key)) continue;
    if (shape.declared.has(key)) put(kwargs, shape.nameOf(key), key, values[key]);
    else {
      fields ??= {};
      put(fields, key, key, values[key]);
    }
  }
  return fields === undefined ? record : { ...record, fields };

  function put(target: Fields, name: string, key: string, value: unknown): void {
    // An undefined field is like one that was never given.
    if (value === undefined) return;
    const encoded = typeof value === "string" ? value : encoder.child(key, value, depth);
    if (encoded !== DROPPED) target[name] = encoded;
  }
}

/**
 * @param kwargs revived fields by the names of the record; they become the object's own
 * @throws SerializationError if the constructor refuses them
 */
export function decodeMessage(builder: Builder, kwargs: Fields, fields: Fields): object {
  const given: Fields = {};
  for (const name of Object.keys(kwargs)) define(given, builder.fieldOf(name), kwargs[name]);
  try {
    const message = new builder.build(given as never);
    for (const key of Object.keys(fields)) define(message as Fields, key, fields[key]);
    return message;
  } catch (cause) {
    throw new SerializationError("The value holds a message with fields that it can't have.", {
      cause,
    });
  }
}

/** Assignment, which is faster, except where it would set the prototype. */
function define(target: Fields, key: string, value: unknown): void {
  if (key !== "__proto__") target[key] = value;
  else
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}
