import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { type CompressionAlgorithm, Compressor, isAlgorithm } from "./compressor.js";
import { formOf, register } from "./piece-form.js";
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
  const compressor = new Compressor(algorithm, threshold, maxSize);
  const compressing = new CompressingSerializer(serde, compressor);
  const form = formOf(serde);
  if (form !== undefined && form.compressor === undefined) {
    register(compressing, { ...form, compressor });
  }
  return compressing;
}

class CompressingSerializer implements Serializer {
  readonly #serde: Serializer;
  readonly #compressor: Compressor;

  constructor(serde: Serializer, compressor: Compressor) {
    this.#serde = serde;
    this.#compressor = compressor;
  }

  get jsonIsText(): boolean {
    return this.#serde.jsonIsText === true;
  }

  async dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]> {
    const [type, data] = await this.#serde.dumpsTyped(value, place);
    return this.#compressor.compressValue(type, data);
  }

  async loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown> {
    const plain = await this.#compressor.decompressValue(type, data);
    return this.#serde.loadsTyped(plain.type, plain.data, place);
  }
}
