import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../errors.js";
import { jsonText } from "./json.js";
import type { Place, Serializer } from "./types.js";

/** A value as a row holds it. */
export interface StoredValue {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Metadata is queried with SQL, so it is JSON whatever serializer the values have. */
const METADATA = new JsonPlusSerializer();
const DECODER = new TextDecoder();

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
    const [type, bytes] = await serde.dumpsTyped(value, place);
    return { type, bytes };
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
export async function decode(
  serde: Serializer,
  type: string,
  data: Uint8Array | string,
  where: string,
  place?: Place,
): Promise<unknown> {
  try {
    return await serde.loadsTyped(type, data, place);
  } catch (cause) {
    // Ours hold no stored values; another serializer's message might.
    const problem = cause instanceof SerializationError ? ` ${cause.message}` : "";
    throw new SerializationError(`Can't read ${where}, stored as type "${type}".${problem}`, {
      cause,
    });
  }
}

/** Metadata as JSON text for a `jsonb` column. */
export async function encodeMetadata(metadata: unknown): Promise<string> {
  const { bytes } = await encode(METADATA, metadata, "metadata");
  return jsonText(DECODER.decode(bytes), "metadata");
}

export function decodeMetadata(json: string, where: string): Promise<unknown> {
  return decode(METADATA, "json", json, `metadata of ${where}`);
}
