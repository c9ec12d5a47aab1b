import { type Composition, compose, composeNew, cutAt, type Taken } from "./compose.js";
import type { Extent } from "./pieces.js";
import { MAX_PART, type Placed, Placement } from "./placement.js";
import { lengthOf, type Segment } from "./segments.js";

/** A value as it is stored under a version of its channel. */
export interface KnownValue {
  readonly version: string;
  /** Which put stored it; undefined where that is not known, so that the row may be another by now. */
  readonly putId?: string | undefined;
  readonly type: string;
  /** As its serializer made it, before it was compressed or encrypted by one of ours. */
  readonly data: string | Uint8Array;
  /** Where its bytes lie but for its tail; undefined where it is stored in full. */
  readonly segments: readonly Segment[] | undefined;
  /** Of shared text how many characters its tail has. */
  readonly tail?: number;
  /** Where a stream ends that its bytes may be continued in. */
  readonly end?: number | undefined;
  /** Of a value whose pieces are compressed or encrypted: what of them its bytes but for its tail are. */
  readonly pieces?: KnownPieces | undefined;
}

export interface KnownPieces {
  /** `PieceForm.nameOf` */
  readonly form: string;
  readonly extents: readonly Extent[];
  /** Where streams end that may be continued. */
  readonly streamEnds: readonly number[];
}

/** How to store a value by what it shares with another. */
export interface IncrementalValue extends Placed {
  /** Its last bytes, which change whenever it grows, and so lie in its own row. */
  readonly tail: Buffer;
  /** Where the stream that was written to last ends then. */
  readonly end?: number | undefined;
}

/** A value in more pieces than this is written anew in one. */
export const MAX_SEGMENTS = 64;

/**
 * How to store a value that comes after another of its channel; undefined where it is better stored
 * whole: it is small, very large, or has less than half in common with the other.
 */
export function planIncremental(
  known: KnownValue,
  type: string,
  data: string | Uint8Array,
): IncrementalValue | undefined {
  const { segments = [], end } = known;
  const composition = compose({ ...known, head: lengthOf(segments) }, type, data);
  if (composition === undefined) return undefined;
  const plan = place(composition, segments, end);
  if (plan.segments.length <= MAX_SEGMENTS) return plan;
  return place(composeNew(composition, data), [], undefined);
}

function place(
  { items, isText, tail }: Composition,
  known: readonly Segment[],
  end: number | undefined,
): IncrementalValue {
  const placement = new Placement(end === undefined ? [] : [end]);
  for (const item of items) {
    if (Buffer.isBuffer(item)) placement.store(cutAt(item, MAX_PART, isText));
    else for (const segment of segmentsIn(known, item)) placement.refer(segment);
  }
  const { segments, parts, ends, streamEnds } = placement;
  return { segments, parts, ends, end: [...streamEnds].at(-1), tail };
}

/** Where some of the bytes lie that other segments hold. */
function* segmentsIn(known: readonly Segment[], { from, length }: Taken): Generator<Segment> {
  let offset = 0;
  for (const segment of known) {
    const size = segment.to - segment.from;
    const begin = Math.max(from - offset, 0);
    const stop = Math.min(from + length - offset, size);
    if (begin < stop) yield { from: segment.from + begin, to: segment.from + stop };
    offset += size;
  }
}
