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

/** The pieces of a value, as they are stored, and its end. */
export interface Packed {
  readonly pieces: readonly Buffer[];
  readonly end: Buffer;
}

/** @throws SerializationError if the bytes do not end as a value does */
export function splitPacked(bytes: Buffer): Packed {
  const pieces: Buffer[] = [];
  let at = 0;
  while (bytes[at] !== END) {
    const length = lengthOf(bytes, at);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return { pieces, end: bytes.subarray(at) };
}

export const joinPacked = ({ pieces, end }: Packed): Buffer => Buffer.concat([...pieces, end]);

/** How many bytes the piece takes that begins at an offset. */
function lengthOf(bytes: Buffer, at: number): number {
  const method = bytes[at];
  const start = method === RAW ? 3 : 5;
  if (method === undefined || method > GZIP || bytes.length < at + start) throw damaged();
  const length = start + bytes.readUInt16BE(at + start - 2);
  if (bytes.length < at + length) throw damaged();
  return length;
}

/** After so many pieces that were decompressed others have their turn: each takes about 20 µs. */
const TURN = 64;

/**
 * Reads what `packPiece` and `packEnd` made.
 *
 * @param codec undefined where no piece is compressed
 * @throws SerializationError if it is damaged, or larger than the codec allows
 */
export async function unpack(
  { pieces, end }: Packed,
  codec: PieceCodec | undefined,
): Promise<Unpacked> {
  const plain: Buffer[] = [];
  let decompressed = 0;
  for (const piece of pieces) {
    if (piece.length === 0 || lengthOf(piece, 0) !== piece.length) throw damaged();
    const size = piece.readUInt16BE(1);
    if (piece[0] === RAW) plain.push(piece.subarray(3));
    else {
      decompressed += size;
      if (codec === undefined) throw damaged();
      if (decompressed > codec.maxSize) throw tooLarge(codec.maxSize);
      plain.push(decompress(codec, piece, size));
      if (plain.length % TURN === 0) await setImmediate();
    }
  }
  const sizes = pieces.map(({ length }, i) => ({
    stored: length,
    plain: (plain[i] as Buffer).length,
  }));
  return { sizes, ...putTogether(plain, end) };
}

function decompress(codec: PieceCodec, piece: Buffer, length: number): Buffer {
  const plain = codec.decompress(piece[0] === ZSTD ? "zstd" : "gzip", piece.subarray(5), length);
  if (plain.length !== length) throw damaged();
  return plain;
}

/** @param end as `packEnd` made it */
function putTogether(pieces: readonly Buffer[], end: Buffer) {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const count = end[1] ?? 0;
  const start = 2 + 8 * count;
  if (end[0] !== END || end.length < start || count > MAX_RANGES || total > MAX_PIECES_BYTES) {
    throw damaged();
  }
  const tail = end.subarray(start);
  if (count === 0) return { ranges: [], tail, value: Buffer.concat([...pieces, tail]) };
  const ranges = Array.from({ length: count }, (_, i) => ({
    from: end.readUInt32BE(2 + 8 * i),
    length: end.readUInt32BE(6 + 8 * i),
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
