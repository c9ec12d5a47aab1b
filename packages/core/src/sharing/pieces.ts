import type { NewPiece, StoredPiece } from "../serializer/piece-form.js";
import type { ByteRange } from "../serializer/pieces.js";
import type { Taken } from "./compose.js";
import { type Placed, Placement } from "./placement.js";
import type { Segment } from "./segments.js";

/** A piece that lies in a stream. It can be read as a whole only. */
interface Piece extends StoredPiece {
  readonly position: number;
}

/** Some of the bytes that a piece stands for. */
export interface Extent {
  readonly piece: Piece;
  readonly from: number;
  readonly to: number;
}

/** A piece of fewer bytes is gathered with others. To decrypt a piece takes longer than to decrypt a kilobyte. */
const SMALL = 2 ** 12;

/** Whether a piece is to be gathered. */
export const isSmall = ({ plain }: Pick<StoredPiece, "plain">): boolean => plain < SMALL;

export const bytesIn = (extents: readonly Extent[]): number =>
  extents.reduce((sum, { from, to }) => sum + to - from, 0);

/**
 * What a value that was read has of its pieces.
 *
 * @param stored its pieces, as they lie in its segments
 * @param ranges of the bytes of all pieces; none for all of them
 * @returns undefined if a piece lies in two segments, as none does that a saver stored
 */
export function extentsOf(
  segments: readonly Segment[],
  stored: readonly StoredPiece[],
  ranges: readonly ByteRange[],
): Extent[] | undefined {
  const pieces: Piece[] = [];
  for (const { from, to } of segments) {
    let position = from;
    while (position < to) {
      const piece = stored[pieces.length];
      if (piece === undefined) return undefined;
      pieces.push({ ...piece, position });
      position += piece.stored;
    }
    if (position !== to) return undefined;
  }
  if (pieces.length !== stored.length) return undefined;
  const all = pieces.map((piece) => ({ piece, from: 0, to: piece.plain }));
  return ranges.length === 0 ? all : ranges.flatMap((range) => [...extentsIn(all, range)]);
}

/** The same of some of the bytes. */
export function* extentsIn(extents: readonly Extent[], { from, length }: Taken): Generator<Extent> {
  let offset = 0;
  for (const { piece, from: first, to } of extents) {
    const begin = Math.max(from - offset, 0);
    const stop = Math.min(from + length - offset, to - first);
    if (begin < stop) yield { piece, from: first + begin, to: first + stop };
    offset += to - first;
  }
}

/** What a value has of pieces that are stored, and lists of new ones, in order. */
export type Found<New> = readonly (Extent | readonly New[])[];

/** Where the pieces of a value lie, and what it has of them. */
export interface PlacedPieces extends Placed {
  readonly extents: readonly Extent[];
  /** Where streams end then that may be continued. */
  readonly streamEnds: readonly number[];
  /** Of the bytes of all pieces, in the order of the segments; none where it has all of them. */
  readonly ranges: readonly ByteRange[];
  /** The tags of all pieces in this order. */
  readonly tags: readonly string[];
}

/**
 * Finds a place for the new pieces of a value. Small pieces lie in other streams than large ones, so that
 * those that are gathered into a large one leave no gap between others.
 *
 * @param streamEnds where streams end that may be continued
 */
export function placePieces(found: Found<NewPiece>, streamEnds: readonly number[]): PlacedPieces {
  const placement = new Placement(streamEnds);
  const extents: Extent[] = [];
  const referred = new Set<number>();
  for (const one of found) {
    if ("piece" in one) {
      const { position, stored } = one.piece;
      if (!referred.has(position)) placement.refer({ from: position, to: position + stored });
      referred.add(position);
      extents.push(one);
      continue;
    }
    const before = extents.at(-1)?.piece;
    const isAlike = before === undefined || isSmall(before) === one.every(isSmall);
    const positions = placement.store(
      one.map(({ bytes }) => bytes),
      isAlike,
    );
    for (const [i, { stored, plain, tag }] of one.entries()) {
      const piece = { position: positions[i] as number, stored, plain, tag };
      extents.push({ piece, from: 0, to: plain });
    }
  }
  const { segments, parts, ends } = placement;
  const placed = { segments, parts, ends, streamEnds: [...placement.streamEnds] };
  return { ...placed, extents, ...contentsOf(extents) };
}

/** The pieces of a value, each once, in the order in which it needs them first. */
function contentsOf(extents: readonly Extent[]): Pick<PlacedPieces, "ranges" | "tags"> {
  const offsets = new Map<number, number>();
  const tags: string[] = [];
  const ranges: { from: number; length: number }[] = [];
  let size = 0;
  for (const { piece, from, to } of extents) {
    const offset = offsets.get(piece.position) ?? size;
    if (offset === size) {
      offsets.set(piece.position, offset);
      tags.push(piece.tag);
      size += piece.plain;
    }
    const last = ranges.at(-1);
    if (last !== undefined && last.from + last.length === offset + from) last.length += to - from;
    else ranges.push({ from: offset + from, length: to - from });
  }
  const [only] = ranges;
  const hasAll = ranges.length === 1 && only?.from === 0 && only.length === size;
  return { tags, ranges: hasAll ? [] : ranges };
}

/** How many bytes all pieces stand for that have to be read. */
export function sizeOf(found: Found<Buffer>): number {
  const known = new Map<number, number>();
  let added = 0;
  for (const one of found) {
    if ("piece" in one) known.set(one.piece.position, one.piece.plain);
    else added += lengthOf(one);
  }
  return [...known.values()].reduce((sum, plain) => sum + plain, added);
}

const lengthOf = (buffers: readonly Buffer[]): number =>
  buffers.reduce((sum, { length }) => sum + length, 0);
