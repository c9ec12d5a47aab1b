import { SerializationError } from "../errors/errors.js";
import { decodeJson } from "./decode.js";
import { encodeJson } from "./encode.js";
import { jsonText } from "./json.js";
import { checkSerializerOptions } from "./options.js";
import type { PieceForm, Unwrapped } from "./piece-form.js";
import type { Place, Serializer } from "./types.js";

/** A value as a row holds it. */
export interface StoredValue {
  readonly type: string;
  /** The value if it is text: JSON of ours. */
  readonly text: string | null;
  /** The value otherwise. */
  readonly bytes: Uint8Array | null;
  /**
   * The value before it is compressed or encrypted by one of ours. Of a large one neither text nor bytes are
   * made until they are needed.
   */
  readonly plain?: Omit<StoredValue, "plain">;
}

/** Metadata is queried with SQL, so it is JSON whatever serializer the values have. */
const METADATA = checkSerializerOptions();

/**
 * @param where names the value in errors, e.g. `channel "messages"`
 * @throws SerializationError if the serializer refuses the value; nothing has been written then
 */
export async function encode(
  serde: Serializer,
  value: unknown,
  where: string,
  place?: Place,
): Promise<StoredValue> {
  try {
    const text = serde.dumpsText?.(value);
    if (text !== undefined) return { type: "json", text, bytes: null };
    const [type, bytes] = await serde.dumpsTyped(value, place);
    return { type, text: null, bytes };
  } catch (cause) {
    const problem =
      cause instanceof SerializationError ? cause.message : "The serializer refused it.";
    throw new SerializationError(`Can't store ${where}. ${problem}`, { cause });
  }
}

/**
 * @param where names the value in errors, e.g. `channel "messages" of checkpoint … in thread …`
 * @throws SerializationError if the stored value is unreadable
 */
export function decode(
  serde: Serializer,
  type: string,
  data: Uint8Array | string,
  where: string,
  place?: Place,
): Promise<unknown> {
  return reading(() => serde.loadsTyped(type, data, place), type, where);
}

/**
 * The plain form of a value that is compressed, encrypted, or both.
 *
 * @throws SerializationError if the stored value is unreadable
 */
export function unwrap(
  form: PieceForm,
  type: string,
  data: Uint8Array | string,
  where: string,
  place: Place,
): Promise<Unwrapped> {
  return reading(() => form.unwrap(type, data, place), type, where);
}

/** @throws SerializationError naming the value that can't be read */
async function reading<T>(read: () => Promise<T>, type: string, where: string): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    // Ours hold no stored values; another serializer's message might.
    const problem = cause instanceof SerializationError ? ` ${cause.message}` : "";
    throw new SerializationError(`Can't read ${where}, stored as type "${type}".${problem}`, {
      cause,
    });
  }
}

/**
 * Metadata, or what it is filtered by, as JSON text for a `jsonb` column.
 *
 * @param name what it is, for errors
 * @throws SerializationError or InvalidInputError naming the path of what can't be stored
 */
export function encodeMetadata(metadata: unknown, name = "metadata"): string {
  try {
    return jsonText(encodeJson(metadata, METADATA, name), name);
  } catch (cause) {
    if (!(cause instanceof SerializationError)) throw cause;
    throw new SerializationError(`Can't use ${name}. ${cause.message}`, { cause });
  }
}

/** @throws SerializationError if it is unreadable */
export function decodeMetadata(json: string, where: string): unknown {
  try {
    return decodeJson(json, METADATA);
  } catch (cause) {
    const problem = cause instanceof SerializationError ? ` ${cause.message}` : "";
    throw new SerializationError(`Can't read metadata of ${where}.${problem}`, { cause });
  }
}
