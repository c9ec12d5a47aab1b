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

/** Where the pieces of a value lie, and what it has of them. */
export interface PlacedPieces extends Placed {
  readonly extents: readonly Extent[];
  /** Of the bytes of all pieces, in the order of the segments; none where it has all of them. */
  readonly ranges: readonly ByteRange[];
  /** The tags of all pieces in this order. */
  readonly tags: readonly string[];
}

/**
 * Finds a place for the new pieces of a value.
 *
 * @param items what it has of pieces that are stored, and lists of new ones, in order
 * @param end where a stream ends that may be continued
 */
export function placePieces(
  items: readonly (Extent | readonly NewPiece[])[],
  end: number | undefined,
): PlacedPieces {
  const placement = new Placement(end);
  const extents: Extent[] = [];
  const referred = new Set<number>();
  for (const item of items) {
    if ("piece" in item) {
      const { position, stored } = item.piece;
      if (!referred.has(position)) placement.refer({ from: position, to: position + stored });
      referred.add(position);
      extents.push(item);
    } else {
      const positions = placement.store(item.map(({ bytes }) => bytes));
      for (const [i, { stored, plain, tag }] of item.entries()) {
        const piece = { position: positions[i] as number, stored, plain, tag };
        extents.push({ piece, from: 0, to: plain });
      }
    }
  }
  const { segments, parts, ends } = placement;
  return { segments, parts, ends, end: placement.end, extents, ...contentsOf(extents) };
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
