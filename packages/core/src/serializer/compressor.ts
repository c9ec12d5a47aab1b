import { promisify } from "node:util";
import zlib from "node:zlib";
import { InvalidInputError, SerializationError } from "../errors/errors.js";
import {
  isPacked,
  type PieceCodec,
  splitPacked,
  tooLarge,
  type Unpacked,
  unpack,
} from "./pieces.js";

/** How values are compressed. */
export type CompressionAlgorithm = "zstd" | "gzip";

interface Codec {
  compress(data: Uint8Array): Promise<Uint8Array>;
  decompress(data: Uint8Array, options: { maxOutputLength: number }): Promise<Uint8Array>;
  decompressNow(data: Uint8Array, options: { maxOutputLength: number }): Buffer;
}

// Looked up at run time: Node before 22.15 has no zstd, and must still load this module.
const CODECS: Readonly<Record<CompressionAlgorithm, Codec | undefined>> = {
  gzip: {
    compress: promisify(zlib.gzip),
    decompress: promisify(zlib.gunzip),
    decompressNow: zlib.gunzipSync,
  },
  zstd:
    typeof zlib.zstdCompress === "function"
      ? {
          compress: promisify(zlib.zstdCompress),
          decompress: promisify(zlib.zstdDecompress),
          decompressNow: zlib.zstdDecompressSync,
        }
      : undefined,
};

export const isAlgorithm = (name: unknown): name is CompressionAlgorithm =>
  typeof name === "string" && Object.hasOwn(CODECS, name);

/** A smaller piece is not compressed: it would gain nothing. */
const MIN_PIECE = 128;

/** How a compressed value is to be read. */
export interface Decompressed {
  readonly type: string;
  readonly data: Uint8Array | string;
  /** Of a value in pieces. */
  readonly unpacked?: Unpacked;
}

/** Compresses and decompresses values, in one or in pieces. */
export class Compressor implements PieceCodec {
  readonly algorithm: CompressionAlgorithm;
  readonly maxSize: number;
  readonly #codec: Codec;
  readonly #threshold: number;

  /** @throws InvalidInputError if this Node lacks the algorithm */
  constructor(algorithm: CompressionAlgorithm, threshold: number, maxSize: number) {
    this.algorithm = algorithm;
    this.maxSize = maxSize;
    this.#codec = codecOf(algorithm, (message) => new InvalidInputError(message));
    this.#threshold = threshold;
  }

  /** The type of a value in pieces, of which some may be compressed. */
  typeOf(type: string): string {
    return `${type}+${this.algorithm}`;
  }

  async compressValue(type: string, data: Uint8Array): Promise<[string, Uint8Array]> {
    if (data.length < this.#threshold || data.length > this.maxSize) return [type, data];
    const compressed = await this.#codec.compress(data);
    return compressed.length >= data.length ? [type, data] : [this.typeOf(type), compressed];
  }

  async decompressValue(type: string, data: Uint8Array | string): Promise<Decompressed> {
    const [inner, algorithm] = splitType(type);
    if (algorithm === undefined || typeof data === "string") return { type, data };
    if (isPacked(data)) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      const unpacked = await unpack(splitPacked(bytes), this);
      return { type: inner, data: unpacked.value, unpacked };
    }
    const codec = codecOf(algorithm, (message) => new SerializationError(message));
    try {
      const plain = await codec.decompress(data, { maxOutputLength: this.maxSize });
      return { type: inner, data: plain };
    } catch (cause) {
      throw unreadable(algorithm, this.maxSize, cause);
    }
  }

  async compress(piece: Buffer) {
    if (piece.length < MIN_PIECE) return undefined;
    const data = await this.#codec.compress(piece);
    return data.length < piece.length ? { method: this.algorithm, data } : undefined;
  }

  decompress(method: CompressionAlgorithm, data: Buffer, length: number): Buffer {
    const codec = codecOf(method, (message) => new SerializationError(message));
    try {
      return codec.decompressNow(data, { maxOutputLength: length });
    } catch (cause) {
      throw damaged(method, cause);
    }
  }
}

export const isCompressed = (type: string): boolean => splitType(type)[1] !== undefined;

/** A type without the algorithm by which its bytes are compressed, and that; undefined where there is none. */
export function splitType(type: string): [string, CompressionAlgorithm | undefined] {
  const end = type.lastIndexOf("+");
  const algorithm = type.slice(end + 1);
  return end !== -1 && isAlgorithm(algorithm) ? [type.slice(0, end), algorithm] : [type, undefined];
}

function unreadable(
  algorithm: CompressionAlgorithm,
  maxSize: number,
  cause: unknown,
): SerializationError {
  const isTooLarge = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
  return isTooLarge ? tooLarge(maxSize, cause) : damaged(algorithm, cause);
}

const damaged = (algorithm: CompressionAlgorithm, cause: unknown) =>
  new SerializationError(`The bytes of the value are not what ${algorithm} made.`, { cause });

function codecOf(algorithm: CompressionAlgorithm, error: (message: string) => Error): Codec {
  const codec = CODECS[algorithm];
  if (codec !== undefined) return codec;
  throw error(`${algorithm} needs Node 22.15 or newer, and this is ${process.version}.`);
}
