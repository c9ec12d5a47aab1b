import { SerializationError } from "../errors/errors.js";
import type { LangChainClass, Serializable } from "./classes.js";
import type { Encoder } from "./encoder.js";
import type { Builder, Shape } from "./langchain.js";
import { DROPPED, UNDEFINED } from "./records.js";

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
    // They are made of the content, which is stored.
    if (key === "contentBlocks" && shape.own !== undefined && values.content !== undefined)
      continue;
    let value = values[key];
    if (value === undefined && !(key in values)) value = given[key];
    if (typeof value === "string") kwargs[shape.nameOf(key)] = value;
    else if (value !== undefined) {
      setEncoded(kwargs, shape.nameOf(key), encoder.child(key, value, depth));
    }
  }
  const record = { lc: 1, type: "constructor", id: shape.id, kwargs } as const;
  if (shape.own === undefined) return record;
  let fields: Fields | undefined;
  for (const key of shape.fields) {
    const value = values[key];
    if (value === undefined) {
      if (shape.defaults.has(key)) fields = { ...fields, [key]: UNDEFINED };
    } else if (!Object.hasOwn(given, key)) {
      setEncoded(kwargs, shape.nameOf(key), encoder.child(key, value, depth));
    }
  }
  const keys = Object.keys(values);
  if (keys.length !== shape.own.size) {
    fields ??= {};
    for (const key of keys) {
      if (!shape.own.has(key)) setEncoded(fields, key, encoder.child(key, values[key], depth));
    }
  }
  return fields === undefined ? record : { ...record, fields };
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
    const message =
      builder.own === undefined
        ? new builder.build(given as never)
        : makeMessage(builder.build, given);
    for (const key of Object.keys(fields)) {
      // Nothing of a row takes the place of what the class has, but for its fields.
      if (builder.own?.has(key) || !(key in message)) define(message as Fields, key, fields[key]);
    }
    return message;
  } catch (cause) {
    throw new SerializationError("The value holds a message with fields that it can't have.", {
      cause,
    });
  }
}

/**
 * A message with the fields that it is given. Its constructor makes some of others, e.g. the calls of a
 * chunk of its pieces, and so undoes what was changed since.
 *
 * @param given by the names of the object's fields; the constructor may change it
 */
export function makeMessage(Message: LangChainClass, given: Fields): object {
  const { content, additional_kwargs, response_metadata, tool_calls, invalid_tool_calls } = given;
  const { tool_call_chunks: chunks } = given;
  // The constructor adds what it misses in it.
  if (Array.isArray(content)) given.content = [...content];
  // It looks for a key in it.
  if (typeof response_metadata !== "object" || response_metadata === null) {
    given.response_metadata = undefined;
  }
  const hasCalls = chunks !== undefined && tool_calls !== undefined;
  if (hasCalls) given.tool_call_chunks = undefined;
  const message = new Message(given as never) as Fields & { lc_kwargs: Fields };
  if (content !== undefined && message.content !== content) message.content = content;
  if (additional_kwargs !== undefined && message.additional_kwargs !== additional_kwargs) {
    message.additional_kwargs = additional_kwargs;
  }
  if (response_metadata !== undefined && message.response_metadata !== response_metadata) {
    message.response_metadata = response_metadata;
  }
  if (tool_calls !== undefined && message.tool_calls !== tool_calls) {
    message.tool_calls = tool_calls;
  }
  if (invalid_tool_calls !== undefined && message.invalid_tool_calls !== invalid_tool_calls) {
    message.invalid_tool_calls = invalid_tool_calls;
    message.lc_kwargs.invalid_tool_calls = invalid_tool_calls;
  }
  if (hasCalls) {
    message.tool_call_chunks = chunks;
    message.lc_kwargs.tool_call_chunks = chunks;
  }
  return message;
}

function define(target: Fields, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
