import { randomInt } from "node:crypto";

/**
 * A range of the bytes of a thread, from one position to before another. Positions are 53 bits: a
 * stream and an offset in it.
 */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** What a stream can hold. Larger values are stored whole. */
export const STREAM_BYTES = 2 ** 27;

const STREAMS = 2 ** 26;

/** Where a new stream begins. Whether it is free only the database knows. */
export const newStream = (): number => randomInt(1, STREAMS) * STREAM_BYTES;

/** Where the stream of a position begins. */
export const streamOf = (position: number): number => position - (position % STREAM_BYTES);

export const lengthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { from, to }) => sum + to - from, 0);

/** As the server prints a `bigint[]`: `{from,to,from,to}`. */
export const segmentsText = (segments: readonly Segment[]): string =>
  `{${segments.map(({ from, to }) => `${from},${to}`).join(",")}}`;

export function parseSegments(text: string): Segment[] {
  const positions = text.slice(1, -1).split(",").map(Number);
  const segments: Segment[] = [];
  for (let i = 0; i + 1 < positions.length; i += 2) {
    segments.push({ from: positions[i] as number, to: positions[i + 1] as number });
  }
  return segments;
}

/** Appends a range, as one with the last where it goes on from there. */
export function pushSegment(segments: Segment[], next: Segment): void {
  const last = segments.at(-1);
  if (last?.to === next.from) segments[segments.length - 1] = { from: last.from, to: next.to };
  else segments.push(next);
}
