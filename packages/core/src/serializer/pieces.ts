import { setImmediate } from "node:timers/promises";
import { SerializationError } from "../errors/errors.js";

// A value in pieces, byte by byte (numbers are big-endian); docs/encryption.md has the same table. Each piece:
//
//   1  how it is compressed: 1 not, 2 zstd, 3 gzip
//   2  p, its length; of a compressed piece followed by 2 bytes that are its compressed length
//   p  its bytes
//
// and behind them the end of the value:
//
//   1  4
//   1  n, how many ranges of the bytes of all pieces the value has; 0 for all of them
// 8 n  offset and length of each range
//      the last bytes of the value
const RAW = 1;
const ZSTD = 2;
const GZIP = 3;
const END = 4;

/** Plain bytes in a piece: with what is added to them it fits a row of parts. */
export const MAX_PIECE = 2 ** 15 - 64;
const MAX_LENGTH = 2 ** 16 - 1;
/** Ranges of a value. */
export const MAX_RANGES = 64;
/** What the pieces of a value come to at most; larger values are stored in full. */
export const MAX_PIECES_BYTES = 2 ** 27;

/** Compresses pieces, and decompresses them. */
export interface PieceCodec {
  /** @returns undefined where that would not make it smaller */
  compress(
    piece: Buffer,
  ): Promise<{ readonly method: PieceMethod; readonly data: Uint8Array } | undefined>;
  /** @param length how many bytes it has, and may have at most, decompressed */
  decompress(method: PieceMethod, data: Buffer, length: number): Buffer;
  /** How many bytes the pieces of a value may have, decompressed. */
  readonly maxSize: number;
}

export type PieceMethod = "zstd" | "gzip";

const METHODS = { zstd: ZSTD, gzip: GZIP } as const satisfies Record<PieceMethod, number>;

/** Some of the bytes of all pieces of a value, put together in their order. */
export interface ByteRange {
  readonly from: number;
  readonly length: number;
}

/** Of a piece how many bytes it takes as it lies in the value, and how many it stands for. */
export interface PieceSize {
  readonly stored: number;
  readonly plain: number;
}

/** A value that was put together from pieces. */
export interface Unpacked {
  readonly value: Buffer;
  readonly sizes: readonly PieceSize[];
  /** None where the value has all bytes of its pieces. */
  readonly ranges: readonly ByteRange[];
  /** The last bytes of the value. */
  readonly tail: Buffer;
}

export async function packPiece(piece: Buffer, codec: PieceCodec | undefined): Promise<Buffer> {
  const compressed = await codec?.compress(piece);
  if (compressed === undefined) return Buffer.concat([header(RAW, piece.length), piece]);
  const { method, data } = compressed;
  return Buffer.concat([header(METHODS[method], piece.length, data.length), data]);
}

function header(method: number, ...lengths: readonly number[]): Buffer {
  const bytes = Buffer.alloc(1 + 2 * lengths.length);
  bytes.writeUInt8(method);
  for (const [i, length] of lengths.entries()) bytes.writeUInt16BE(length, 1 + 2 * i);
  return bytes;
}

export function packEnd(ranges: readonly ByteRange[], tail: Buffer): Buffer {
  const start = Buffer.alloc(2 + 8 * ranges.length);
  start.writeUInt8(END);
  start.writeUInt8(ranges.length, 1);
  for (const [i, { from, length }] of ranges.entries()) {
    start.writeUInt32BE(from, 2 + 8 * i);
    start.writeUInt32BE(length, 6 + 8 * i);
  }
  return Buffer.concat([start, tail]);
}

/** Whether bytes that a compressing serializer stored are pieces: neither zstd nor gzip begins like one. */
export function isPacked([method = 0]: Uint8Array): boolean {
  return method >= RAW && method <= END;
}

/** After so many pieces that were decompressed others have their turn: each takes about 20 µs. */
const TURN = 64;

/**
 * Reads what `packPiece` and `packEnd` made.
 *
 * @param codec undefined where no piece is compressed
 * @throws SerializationError if it is damaged, or larger than the codec allows
 */
export async function unpack(bytes: Buffer, codec: PieceCodec | undefined): Promise<Unpacked> {
  const pieces: Buffer[] = [];
  const sizes: PieceSize[] = [];
  let at = 0;
  let total = 0;
  let decompressed = 0;
  while (bytes[at] !== END) {
    const { method, length, data } = pieceAt(bytes, at);
    total += length;
    if (total > MAX_PIECES_BYTES) throw damaged();
    if (method !== RAW) {
      decompressed += length;
      if (codec === undefined) throw damaged();
      if (decompressed > codec.maxSize) throw tooLarge(codec.maxSize);
      pieces.push(decompress(codec, method, data, length));
      if (pieces.length % TURN === 0) await setImmediate();
    } else pieces.push(data);
    const stored = data.length + (method === RAW ? 3 : 5);
    sizes.push({ stored, plain: length });
    at += stored;
  }
  return { sizes, ...putTogether(pieces, bytes.subarray(at + 1), total) };
}

function pieceAt(bytes: Buffer, at: number) {
  const method = bytes[at];
  if (method === undefined || bytes.length < at + 3) throw damaged();
  const length = bytes.readUInt16BE(at + 1);
  if (method !== RAW && bytes.length < at + 5) throw damaged();
  const from = method === RAW ? at + 3 : at + 5;
  const to = from + (method === RAW ? length : bytes.readUInt16BE(at + 3));
  if (bytes.length < to || length > MAX_LENGTH) throw damaged();
  return { method, length, data: bytes.subarray(from, to) };
}

function decompress(codec: PieceCodec, method: number, data: Buffer, length: number): Buffer {
  const name = method === ZSTD ? "zstd" : method === GZIP ? "gzip" : undefined;
  const piece = name && codec.decompress(name, data, length);
  if (piece?.length !== length) throw damaged();
  return piece;
}

function putTogether(pieces: readonly Buffer[], end: Buffer, total: number) {
  const count = end[0] ?? 0;
  const tail = end.subarray(1 + 8 * count);
  if (end.length < 1 + 8 * count || count > MAX_RANGES) throw damaged();
  if (count === 0) return { ranges: [], tail, value: Buffer.concat([...pieces, tail]) };
  const ranges = Array.from({ length: count }, (_, i) => ({
    from: end.readUInt32BE(1 + 8 * i),
    length: end.readUInt32BE(5 + 8 * i),
  }));
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  const isInside = ranges.every((range) => range.from + range.length <= total);
  if (!isInside || length > MAX_PIECES_BYTES) throw damaged();
  const all = Buffer.concat(pieces);
  const taken = ranges.map(({ from, length }) => all.subarray(from, from + length));
  return { ranges, tail, value: Buffer.concat([...taken, tail]) };
}

const damaged = () => new SerializationError("The pieces of the value are damaged.");

export const tooLarge = (maxSize: number, cause?: unknown): SerializationError =>
  new SerializationError(
    `The value is larger than ${maxSize} bytes uncompressed; raise "maxSize" of compress() if that is right.`,
    { cause },
  );
