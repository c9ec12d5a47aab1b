import { MAX_STORED_SEGMENTS, STREAM_BYTES } from "../sharing/segments.js";

/** Positions in the list of a value that is not damaged. */
const MAX_BOUNDS = 2 * MAX_STORED_SEGMENTS;

/** The bytes that a segment of a value refers to: where they begin and end. */
export const boundsOf = (value: string, at: string) =>
  ({ from: `${value}.segments[${at}]`, to: `${value}.segments[${at} + 1]` }) as const;

/**
 * The bytes that a segment refers to, as a range.
 *
 * @param value alias of the value
 * @param at the segment's place in its list, a column of `segmentsOf`
 * @param bounds `"[]"` where the position behind the last byte belongs to it
 */
export function segmentRange(value: string, at: string, bounds?: "[]"): string {
  const { from, to } = boundsOf(value, at);
  const how = bounds === undefined ? "" : `, '${bounds}'`;
  return `pg_catalog.int8range(${from}, ${to}${how})`;
}

/**
 * A select of where each segment of a value begins in its list, as `i`; none of one that is stored in full. Of a
 * list that is too long one row, for which `isSegment` is null: to look into it for each of its segments would
 * take minutes. The planner takes an array for ten elements, and a series for a thousand.
 */
export const segmentsOf = (value: string): string => `SELECT i::int FROM pg_catalog.unnest(CASE
  WHEN pg_catalog.cardinality(${value}.segments) <= ${MAX_BOUNDS} THEN ${value}.segments
  WHEN ${value}.segments IS NOT NULL THEN '{0}' END) WITH ORDINALITY AS g(bound, i)
WHERE i % 2 = 1`;

/** Whether a value has segments, and no more than one has that is not damaged. */
export const hasSegments = (value: string): string =>
  `pg_catalog.cardinality(${value}.segments) BETWEEN 2 AND ${MAX_BOUNDS}`;

/**
 * Whether the segment is one that Waypost stores, of 53 bits and no larger than a stream; otherwise false or
 * null. Nothing is computed with positions that may be out of range.
 */
export function isSegment(value: string, at: string): string {
  const { from, to } = boundsOf(value, at);
  return `CASE
  WHEN pg_catalog.cardinality(${value}.segments) <= ${MAX_BOUNDS}
    AND ${from} >= 0 AND ${to} <= ${Number.MAX_SAFE_INTEGER}
  THEN ${to} - ${from} BETWEEN 1 AND ${STREAM_BYTES} END`;
}

/**
 * Whether the positions `from` and `to` are those of a segment that Waypost stores, as `isSegment` says, without
 * a `CASE`: nothing that is computed here can be out of range.
 */
export const isStretch = (from: string, to: string): string =>
  `${from} < ${to} AND ${to} <= ${Number.MAX_SAFE_INTEGER}
  AND ${from} >= greatest(${to}, ${STREAM_BYTES}) - ${STREAM_BYTES}`;

/** True of every stretch; for the planner, as `isFewOf`. */
export const isPosition = (range: string): string =>
  `pg_catalog.lower(${range}) BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}`;

/** Where the bytes of a part end. */
export const endOfPart = (part: string): string =>
  `${part}.position + pg_catalog.octet_length(${part}.bytes)`;

/** The bytes of a part, as a range. */
export const partRange = (part: string): string =>
  `pg_catalog.int8range(${part}.position, ${endOfPart(part)})`;
