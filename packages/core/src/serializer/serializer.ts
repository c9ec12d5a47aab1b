import { SerializationError } from "../errors/errors.js";
import { isBytes } from "./builtins.js";
import { decodeJson } from "./decode.js";
import { encodeJson } from "./encode.js";
import { withOfficialBytes } from "./official.js";
import {
  type CheckedSerializerOptions,
  checkSerializerOptions,
  type SerializerOptions,
} from "./options.js";
import { register } from "./piece-form.js";
import { decodePython } from "./python/index.js";
import type { Serializer } from "./types.js";

/**
 * The default serializer. A value reads back equal, or is refused when it is stored. It reads everything
 * that LangGraph's serializer and Python's saver wrote. It revives a closed list of types, and executes
 * nothing that is stored.
 *
 * @throws InvalidInputError naming the option and what to pass
 */
export function serializer(options?: SerializerOptions): Serializer {
  const plain = new WaypostSerializer(checkSerializerOptions(options));
  register(plain, { plain });
  return plain;
}

const UTF8 = new TextEncoder();
/** Broken bytes are an error, and a byte order mark is a character like any other. */
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class WaypostSerializer implements Serializer {
  readonly jsonIsText = true;
  readonly #options: CheckedSerializerOptions;

  constructor(options: CheckedSerializerOptions) {
    this.#options = options;
  }

  async dumpsTyped(value: unknown): Promise<[string, Uint8Array]> {
    if (isBytes(value)) return ["bytes", new Uint8Array(value)];
    return ["json", this.#checkSize(UTF8.encode(encodeJson(value, this.#options)))];
  }

  dumpsText(value: unknown): string | undefined {
    if (isBytes(value)) return undefined;
    return this.#checkSize(encodeJson(value, this.#options));
  }

  officialText(text: string): string {
    const official = withOfficialBytes(text);
    return official === text || this.#sizeOf(official) > this.#options.maxBytes ? text : official;
  }

  async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    if (type === "bytes")
      return typeof data === "string" ? UTF8.encode(data) : Uint8Array.from(data);
    if (type !== "json") return decodePython(type, data);
    this.#checkSize(data);
    return decodeJson(typeof data === "string" ? data : textOf(data), this.#options);
  }

  #checkSize<Data extends Uint8Array | string>(data: Data): Data {
    const { maxBytes } = this.#options;
    if (this.#sizeOf(data) <= maxBytes) return data;
    throw new SerializationError(
      `The value is larger than ${maxBytes} bytes; keep large data elsewhere, or raise "maxBytes" of serializer().`,
    );
  }

  /** A character takes three bytes of UTF-8 at most, so most texts need no counting. */
  #sizeOf(data: Uint8Array | string): number {
    return typeof data === "string" && data.length * 3 > this.#options.maxBytes
      ? Buffer.byteLength(data)
      : data.length;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    throw new SerializationError("The stored value is not UTF-8; it is damaged.");
  }
}
