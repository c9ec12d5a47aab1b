import { SerializationError } from "../../errors/errors.js";
import { unpack } from "./msgpack.js";

const ENCODER = new TextEncoder();

/**
 * A value that Python's saver stored, of a type that LangGraph.js does not have.
 *
 * @param type as the row has it, e.g. `msgpack`
 * @throws SerializationError if the type is unknown or never read, or the bytes are damaged
 */
export function decodePython(type: string, data: Uint8Array | string): unknown {
  const bytes = typeof data === "string" ? ENCODER.encode(data) : data;
  if (type === "null") return null;
  if (type === "bytearray") return Uint8Array.from(bytes);
  if (type !== "msgpack") throw new SerializationError(unreadable(type));
  try {
    // Of a Buffer, the decoder would make Buffers.
    return unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    if (cause instanceof SerializationError) throw cause;
    throw new SerializationError("The value is not as Python's saver writes it.", { cause });
  }
}

function unreadable(type: string): string {
  if (type === "pickle") {
    return "Values of Python's pickle can run code when they are read, and are never read here.";
  }
  const suffix = type.slice(type.lastIndexOf("+") + 1);
  if (suffix === "zstd" || suffix === "gzip") {
    return "The value is compressed; pass the option `serde: compress(serializer())`.";
  }
  if (suffix === "aes") {
    return "The value is encrypted; pass the option `serde: encrypt(…)`. Values that Python's saver encrypted can't be read.";
  }
  return "The type is unknown; pass as option `serde` the serializer that stored the value.";
}
