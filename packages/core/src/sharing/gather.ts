import { MAX_PIECE } from "../serializer/pieces.js";
import { bufferOf } from "./bytes.js";
import { type Composition, cutAt } from "./compose.js";
import { type Extent, extentsIn, type Found, isSmall } from "./pieces.js";

/** So many small pieces, which others follow, become a large one. */
const GATHERED = 16;

/**
 * What a value has of pieces that are stored, and the bytes of new ones. Each append makes a small piece; when
 * there are enough of them at its end, their bytes are stored once more with those that are new, in one piece.
 *
 * @param data the value, of which `composition` is made
 */
export function findPieces(
  { items, isText, tail }: Composition,
  known: readonly Extent[],
  data: string | Uint8Array,
): Found<Buffer> {
  const found = items.flatMap((item): (Extent | Buffer[])[] =>
    Buffer.isBuffer(item) ? [cutEvenly(item, isText)] : [...extentsIn(known, item)],
  );
  const last = items.at(-1);
  const small = smallBefore(found.slice(0, -1));
  if (!Buffer.isBuffer(last) || small.length < GATHERED - 1) return found;
  const length = small.reduce((sum, { from, to }) => sum + to - from, last.length);
  const bytes = endOf(data, length + tail.length).subarray(0, length);
  return [...found.slice(0, -1 - small.length), cutEvenly(bytes, isText)];
}

/** The small pieces at the end. */
function smallBefore(found: Found<Buffer>): Extent[] {
  const small: Extent[] = [];
  for (const one of found.toReversed()) {
    if (!("piece" in one) || !isSmall(one.piece)) break;
    small.push(one);
  }
  return small;
}

/** No piece is smaller than the others: a small one among large ones would be gathered one day. */
function cutEvenly(bytes: Buffer, isText: boolean): Buffer[] {
  const count = Math.ceil(bytes.length / MAX_PIECE);
  return cutAt(bytes, Math.min(MAX_PIECE, Math.ceil(bytes.length / count) + CHARACTER), isText);
}

/** By so many bytes a piece may become smaller, so that no character is cut. */
const CHARACTER = 4;

/** The last bytes of a value. A character has one byte at least. */
function endOf(data: string | Uint8Array, length: number): Buffer {
  const end = bufferOf(data.slice(-length));
  return end.subarray(end.length - length);
}
