import { promisify } from "node:util";
import zlib from "node:zlib";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError, SerializationError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { checkSerializer, type Place, type Serializer } from "./types.js";

/** Options of `compress()`. */
export interface CompressOptions {
  /** Compresses new values; values of both algorithms are read. Default `"zstd"`, which needs Node 22.15 or newer. */
  algorithm?: CompressionAlgorithm;
  /** A value of fewer bytes is stored uncompressed. Default 1,024. */
  threshold?: number;
  /**
   * The largest uncompressed size of a value, in bytes. A larger value is stored uncompressed, and a stored
   * value that would decompress to more is refused. Default 268,435,456 (256 MiB).
   */
  maxSize?: number;
}

/** How values are compressed. */
export type CompressionAlgorithm = "zstd" | "gzip";

interface Codec {
  compress(data: Uint8Array): Promise<Uint8Array>;
  decompress(data: Uint8Array, options: { maxOutputLength: number }): Promise<Uint8Array>;
}

// Looked up at run time: Node before 22.15 has no zstd, and must still load this module.
const CODECS: Readonly<Record<CompressionAlgorithm, Codec | undefined>> = {
  gzip: { compress: promisify(zlib.gzip), decompress: promisify(zlib.gunzip) },
  zstd:
    typeof zlib.zstdCompress === "function"
      ? { compress: promisify(zlib.zstdCompress), decompress: promisify(zlib.zstdDecompress) }
      : undefined,
};

const isAlgorithm = (name: unknown): name is CompressionAlgorithm =>
  typeof name === "string" && Object.hasOwn(CODECS, name);

const KEYS: OptionKeys<CompressOptions> = { algorithm: true, threshold: true, maxSize: true };

/**
 * A serializer that compresses what another one made, where that makes it smaller. The type says so,
 * e.g. `json+zstd`; values stored without still read. The work is done on Node's thread pool.
 *
 * @param serde makes and reads the bytes; not one that encrypts, as encrypted bytes do not shrink
 * @throws InvalidInputError if it or an option can't be used, or this Node lacks the algorithm
 */
export function compress(serde: SerializerProtocol, options: CompressOptions = {}): Serializer {
  assertKeys(options, "compress()", KEYS);
  const { algorithm = "zstd", threshold = 1024, maxSize = 256 * 1024 * 1024 } = options;
  checkSerializer(serde, "The first argument of compress()");
  if ((serde as Serializer).plaintext !== undefined) {
    throw new InvalidInputError(
      "Encrypted bytes can't be compressed; pass encrypt(compress(serde), { keys }) instead.",
    );
  }
  if (!isAlgorithm(algorithm)) {
    throw new InvalidInputError('The option "algorithm" must be "zstd" or "gzip".');
  }
  for (const [name, value] of Object.entries({ threshold, maxSize })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidInputError(`The option "${name}" must be a whole number of bytes.`);
    }
  }
  return new CompressingSerializer(serde, algorithm, threshold, maxSize);
}

class CompressingSerializer implements Serializer {
  readonly #serde: Serializer;
  readonly #algorithm: CompressionAlgorithm;
  readonly #codec: Codec;
  readonly #threshold: number;
  readonly #maxSize: number;

  constructor(
    serde: Serializer,
    algorithm: CompressionAlgorithm,
    threshold: number,
    maxSize: number,
  ) {
    this.#serde = serde;
    this.#algorithm = algorithm;
    this.#codec = codecOf(algorithm, (message) => new InvalidInputError(message));
    this.#threshold = threshold;
    this.#maxSize = maxSize;
  }

  get jsonIsText(): boolean {
    return this.#serde.jsonIsText === true;
  }

  async dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]> {
    const [type, data] = await this.#serde.dumpsTyped(value, place);
    if (data.length < this.#threshold || data.length > this.#maxSize) return [type, data];
    const compressed = await this.#codec.compress(data);
    if (compressed.length >= data.length) return [type, data];
    return [`${type}+${this.#algorithm}`, compressed];
  }

  async loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown> {
    const end = type.lastIndexOf("+");
    const algorithm = type.slice(end + 1);
    if (end === -1 || !isAlgorithm(algorithm) || typeof data === "string") {
      return this.#serde.loadsTyped(type, data, place);
    }
    const plain = await this.#decompress(algorithm, data);
    return this.#serde.loadsTyped(type.slice(0, end), plain, place);
  }

  async #decompress(algorithm: CompressionAlgorithm, data: Uint8Array): Promise<Uint8Array> {
    const codec = codecOf(algorithm, (message) => new SerializationError(message));
    try {
      return await codec.decompress(data, { maxOutputLength: this.#maxSize });
    } catch (cause) {
      const tooLarge = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
      const problem = tooLarge
        ? `The value is larger than ${this.#maxSize} bytes uncompressed; raise "maxSize" of compress() if that is right.`
        : `The bytes of the value are not what ${algorithm} made.`;
      throw new SerializationError(problem, { cause });
    }
  }
}

function codecOf(algorithm: CompressionAlgorithm, error: (message: string) => Error): Codec {
  const codec = CODECS[algorithm];
  if (codec !== undefined) return codec;
  throw error(`${algorithm} needs Node 22.15 or newer, and this is ${process.version}.`);
}
