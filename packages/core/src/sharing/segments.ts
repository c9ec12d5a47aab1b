import { randomInt } from "node:crypto";
import { SerializationError } from "../errors/errors.js";

/**
 * A range of the bytes of a thread, from one position to before another. Positions are 53 bits: a
 * stream and an offset in it.
 */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Marks the type of a value that its row holds only the tail of, so that no other saver takes it for one. */
export const PARTS = "parts:";

/** What a stream can hold. Larger values are stored in full. */
export const STREAM_BYTES = 2 ** 27;

const STREAMS = 2 ** 26;

/** A value in more segments than this is damaged: one in more than 64 is written anew in one. */
export const MAX_STORED_SEGMENTS = 256;

/** Where a new stream begins. Whether it is free only the database knows. */
export const newStream = (): number => randomInt(1, STREAMS) * STREAM_BYTES;

/** Where the stream of a position begins. */
export const streamOf = (position: number): number => position - (position % STREAM_BYTES);

export const lengthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { from, to }) => sum + to - from, 0);

/** As the server prints a `bigint[]`: `{from,to,from,to}`. */
export const segmentsText = (segments: readonly Segment[]): string =>
  `{${segments.map(({ from, to }) => `${from},${to}`).join(",")}}`;

/** Two positions of 16 digits, and the commas behind them. */
const MAX_TEXT = MAX_STORED_SEGMENTS * 34 + 2;

/**
 * Reads what `segmentsText` makes.
 *
 * @throws SerializationError unless they are ranges of which no two overlap, and a value's size: a row of
 *   a few bytes must not stand for gigabytes
 */
export function parseSegments(text: string): Segment[] {
  if (text.length > MAX_TEXT || !/^\{(?:\d+,\d+(?:,\d+,\d+)*)?\}$/.test(text)) throw damaged();
  const positions = text.length === 2 ? [] : text.slice(1, -1).split(",").map(Number);
  const segments: Segment[] = [];
  for (let i = 0; i + 1 < positions.length; i += 2) {
    segments.push({ from: positions[i] as number, to: positions[i + 1] as number });
  }
  if (segments.length > MAX_STORED_SEGMENTS) throw damaged();
  const inOrder = [...segments].sort((a, b) => a.from - b.from);
  const isRange = ({ from, to }: Segment, i: number) =>
    from < to && Number.isSafeInteger(to) && (i === 0 || (inOrder[i - 1] as Segment).to <= from);
  if (!inOrder.every(isRange) || lengthOf(segments) > STREAM_BYTES) throw damaged();
  return segments;
}

/** Of a stored value: undefined where its row holds all of it. Damage is told when the value is read. */
export type StoredSegments = readonly Segment[] | "damaged" | undefined;

export function readSegments(text: string | null): StoredSegments {
  if (text === null) return undefined;
  try {
    return parseSegments(text);
  } catch {
    return "damaged";
  }
}

/** @throws SerializationError if they are damaged */
export function intact(segments: StoredSegments): readonly Segment[] | undefined {
  if (segments === "damaged") throw damaged();
  return segments;
}

/** How many bytes a stored value has outside of its row, as far as that can be told. */
export const segmentBytes = (segments: StoredSegments): number =>
  segments === undefined || segments === "damaged" ? 0 : lengthOf(segments);

const damaged = () =>
  new SerializationError("Its segments are damaged: no saver of Waypost stores such ranges.");

/** Appends a range, as one with the last where it goes on from there. */
export function pushSegment(segments: Segment[], next: Segment): void {
  const last = segments.at(-1);
  if (last?.to === next.from) segments[segments.length - 1] = { from: last.from, to: next.to };
  else segments.push(next);
}
