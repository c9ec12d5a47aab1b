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
  // An undefined field is like one that was never given.
  for (const key in given) {
    let value = values[key];
    if (value === undefined && !(key in values)) value = given[key];
    if (typeof value === "string") kwargs[shape.nameOf(key)] = value;
    else if (value !== undefined) {
      setEncoded(kwargs, shape.nameOf(key), encoder.child(key, value, depth));
    }
  }
  const record = { lc: 1, type: "constructor", id: shape.id, kwargs } as const;
  if (shape.own === undefined) return record;
  for (const key of shape.fields) {
    const value = values[key];
    if (value !== undefined && !Object.hasOwn(given, key)) {
      setEncoded(kwargs, shape.nameOf(key), encoder.child(key, value, depth));
    }
  }
  const keys = Object.keys(values);
  if (keys.length === shape.own.size) return record;
  const fields: Fields = {};
  for (const key of keys) {
    if (shape.own.has(key) || Object.hasOwn(given, key) || values[key] === undefined) continue;
    setEncoded(fields, key, encoder.child(key, values[key], depth));
  }
  return Object.keys(fields).length === 0 ? record : { ...record, fields };
}

function setEncoded(target: Fields, name: string, encoded: unknown): void {
  if (encoded !== DROPPED) target[name] = encoded;
}

/**
 * @param kwargs revived fields by the names of the record; they become the object's own
 * @throws SerializationError if the constructor refuses them
 */
export function decodeMessage(builder: Builder, kwargs: Fields, fields: Fields): object {
  let given = kwargs;
  for (const name in kwargs) {
    if (builder.fieldOf(name) === name) continue;
    given = Object.fromEntries(
      Object.entries(kwargs).map(([key, value]) => [builder.fieldOf(key), value]),
    );
    break;
  }
  try {
    const message = new builder.build(given as never);
    for (const key of Object.keys(fields)) {
      // Nothing of a row takes the place of what the class has.
      if (!(key in message)) define(message as Fields, key, fields[key]);
    }
    return message;
  } catch (cause) {
    throw new SerializationError("The value holds a message with fields that it can't have.", {
      cause,
    });
  }
}

function define(target: Fields, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
