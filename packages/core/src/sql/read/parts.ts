import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import {
  MAX_STORED_SEGMENTS,
  type Segment,
  STREAM_BYTES,
  segmentsText,
} from "../../sharing/segments.js";
import { PARTS } from "../write/put-shared.js";

/** Reads the tail of a shared value as what the whole of it is. */
export const typeOf = (from: string) =>
  `CASE WHEN ${from}.segments IS NULL THEN ${from}.type ELSE pg_catalog.substr(${from}.type, ${PARTS.length + 1}) END`;

/** Whether a value is text, which its parts can be read as too. */
export const isJson = (from: string) => `${from}.type IN ('json', '${PARTS}json')`;

/**
 * Where each segment of the value `b` begins in its list; none of one that is stored in full. Of a list that is
 * too long one row, for which `IS_RANGE` is null: to look into it for each of its segments would take minutes.
 */
const SEGMENTS = `(
      SELECT i FROM pg_catalog.generate_series(1, CASE
        WHEN pg_catalog.cardinality(b.segments) <= ${2 * MAX_STORED_SEGMENTS} THEN pg_catalog.cardinality(b.segments)
        WHEN b.segments IS NOT NULL THEN 1 END, 2) AS g(i)
      WHERE i BETWEEN 1 AND ${2 * MAX_STORED_SEGMENTS}
    ) s`;

/**
 * Whether the segment is one that Waypost stores, of 53 bits and no larger than a stream; otherwise false or
 * null. Nothing is computed with positions that may be out of range.
 */
const IS_RANGE = `CASE
        WHEN pg_catalog.cardinality(b.segments) <= ${2 * MAX_STORED_SEGMENTS}
          AND b.segments[s.i] >= 0 AND b.segments[s.i + 1] <= ${Number.MAX_SAFE_INTEGER}
        THEN b.segments[s.i + 1] - b.segments[s.i] BETWEEN 1 AND ${STREAM_BYTES} END`;

/** True of every stretch, as the condition on `i` in `SEGMENTS` is of every segment; for the planner, as `isFewOf`. */
const IS_POSITION = `pg_catalog.lower(range) BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}`;

/** Parts that the reader has already, as three placeholders: threads, and where each part begins and ends. */
export interface KnownParts {
  readonly threads: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The parts of all values of a relation, each part once: a row for each stretch that they refer to, with
 * columns thread_id, is_text, position and bytes. It begins and ends with whole parts, so maybe before
 * and beyond what is referred to. Where parts do not follow each other without gap, bytes is null.
 *
 * @param blobs relation of stored values with thread_id, type and segments
 * @param thread how to name the thread; a placeholder where it is fixed
 */
export function partsOf(
  tables: Tables,
  blobs: string,
  thread = "g.thread_id",
  known?: KnownParts,
): string {
  const unknown =
    known === undefined
      ? "g.ranges"
      : `g.ranges - coalesce((
      SELECT pg_catalog.range_agg(pg_catalog.int8range(k.first::bigint, k.last::bigint))
      FROM unnest(${known.threads}, ${known.from}, ${known.to}) AS k(thread_id, first, last)
      WHERE k.thread_id = g.thread_id
    ), '{}')`;
  return `SELECT g.thread_id, g.is_text, f.position, a.bytes
  FROM (
    SELECT b.thread_id, ${isJson("b")} AS is_text,
      pg_catalog.range_agg(pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1])) AS ranges
    FROM ${blobs} b CROSS JOIN LATERAL ${SEGMENTS}
    WHERE pg_catalog.cardinality(b.segments) BETWEEN 2 AND ${2 * MAX_STORED_SEGMENTS} AND ${IS_RANGE}
    GROUP BY 1, 2
  ) g CROSS JOIN LATERAL (
    SELECT range FROM pg_catalog.unnest(${unknown}) AS r(range) WHERE ${IS_POSITION}
  ) r CROSS JOIN LATERAL (
    SELECT position FROM ${tables.parts}
    WHERE thread_id = ${thread} AND position <= pg_catalog.lower(r.range) ORDER BY position DESC LIMIT 1
  ) f CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_catalog.sum(o.size) = pg_catalog.max(o.position + o.size) - f.position
      THEN pg_catalog.string_agg(o.bytes, '') END AS bytes
    FROM (
      SELECT position, bytes, pg_catalog.octet_length(bytes) AS size FROM ${tables.parts}
      WHERE thread_id = ${thread} AND position >= f.position AND position < pg_catalog.upper(r.range)
      ORDER BY position OFFSET 0
    ) o
  ) a`;
}

/**
 * The positions, as `ranges`, of the parts that values need: those that they refer to, and the one that
 * begins where a segment ends. Whoever continues the value there may have looked where the stream ends
 * before that part was stored; as long as it stays they find it by its position. A value whose segments are
 * damaged may need any part, so all are needed.
 *
 * @param blobs relation of stored values with segments
 */
export const neededRanges = (blobs: string): string => `
    SELECT coalesce(pg_catalog.range_agg(
      CASE WHEN ${IS_RANGE} THEN pg_catalog.int8range(b.segments[s.i], b.segments[s.i + 1], '[]')
      ELSE pg_catalog.int8range(NULL, NULL) END
    ), '{}') AS ranges
    FROM ${blobs} b CROSS JOIN LATERAL ${SEGMENTS}`;

/** Whether the part `r` is none of those that the relation `n` needs. */
export const IS_UNREFERENCED = `NOT pg_catalog.int8range(r.position, r.position + pg_catalog.octet_length(r.bytes)) && n.ranges`;

/** The bytes, of one thread, that some segments refer to. As bytes: what is damaged may be no text. */
export function partsStatement(
  tables: Tables,
): (threadId: string, segments: readonly Segment[]) => Statement {
  const wanted = "(SELECT $1::text AS thread_id, 'bytes' AS type, $2::text::bigint[] AS segments)";
  const bind = template(`SELECT p.thread_id AS thread, p.position::text AS version,
  pg_catalog.octet_length(p.bytes) AS idx, NULL::text AS json, p.bytes
FROM (
  ${partsOf(tables, wanted, "$1::text")}
) p`);
  return (threadId, segments) => bind([threadId, segmentsText(segments)]);
}
