import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { MAX_PART } from "../../sharing/placement.js";
import { type Segment, segmentsText } from "../../sharing/segments.js";
import {
  boundsOf,
  hasSegments,
  isPosition,
  isSegment,
  isStretch,
  partRange,
  segmentRange,
  segmentsOf,
} from "../stretches.js";
import { sql } from "../text.js";
import { isJson } from "./values.js";

/** Parts that the reader has already, as three placeholders: threads, and where each part begins and ends. */
export interface KnownParts {
  readonly threads: string;
  readonly from: string;
  readonly to: string;
}

/** Rows of parts: what to select from, and the expressions of what a row is. */
export interface PartRows {
  readonly from: string;
  readonly thread: string;
  readonly isText: string;
  readonly position: string;
  /** Null where the parts do not follow each other without gap. */
  readonly bytes: string;
}

/**
 * The parts of all values of a relation: a row for each of their segments. For values of one checkpoint, which
 * have no parts in common: to plan it takes a server half the time of `commonPartsOf`.
 *
 * @param blobs relation of stored values with thread_id, type and segments
 * @param thread how to name the thread; a placeholder where it is fixed
 */
export function partsOf(tables: Tables, blobs: string, thread = "b.thread_id"): PartRows {
  // Both bounds by the same columns. On a partitioned table, Postgres 15 and 18 evaluate a sub-select of an index
  // condition again only where a column that the condition itself names has changed.
  const { from: first, to } = boundsOf("b", "s.i::int");
  const from = sql`${blobs} b CROSS JOIN LATERAL pg_catalog.unnest(b.segments) WITH ORDINALITY AS s(bound, i) CROSS JOIN LATERAL (
  SELECT pg_catalog.min(o.position) AS position, ${bytesWithoutGap("pg_catalog.min(o.position)")} AS bytes
  FROM (
    SELECT position, bytes, pg_catalog.octet_length(bytes) AS size FROM ${tables.parts}
    WHERE thread_id = ${thread} AND position < ${to} AND position >= (
      SELECT position FROM ${tables.parts}
      WHERE thread_id = ${thread} AND position <= ${first} ORDER BY position DESC LIMIT 1
    )
    ORDER BY position OFFSET 0
  ) o
) a
WHERE ${hasSegments("b")} AND s.i % 2 = 1
  AND ${isStretch(first, to)}`;
  return {
    from,
    thread: "b.thread_id",
    isText: isJson("b"),
    position: "a.position",
    bytes: "a.bytes",
  };
}

/** The bytes of the parts `o` in their order, null where they do not follow each other without gap. */
const bytesWithoutGap = (first: string) =>
  `CASE WHEN pg_catalog.sum(o.size) = pg_catalog.max(o.position + o.size) - ${first}
    THEN pg_catalog.string_agg(o.bytes, '') END`;

/**
 * The parts of all values of a relation, each part once: a row for each stretch that they refer to, with
 * columns thread_id, is_text, position and bytes. It begins and ends with whole parts, so maybe before
 * and beyond what is referred to. Where parts do not follow each other without gap, bytes is null.
 *
 * @param blobs relation of stored values with thread_id, type and segments
 * @param thread how to name the thread; a placeholder where it is fixed
 */
export function commonPartsOf(
  tables: Tables,
  blobs: string,
  thread = "g.thread_id",
  known?: KnownParts,
): string {
  const unknown =
    known === undefined
      ? "g.ranges"
      : sql`g.ranges - coalesce((
  ${knownRanges(known)}
  WHERE k.thread_id = g.thread_id
), '{}')`;
  return sql`SELECT g.thread_id, g.is_text, f.position, a.bytes
FROM (
  ${rangesOf(blobs)}
) g CROSS JOIN LATERAL (
  SELECT range FROM pg_catalog.unnest(${unknown}) AS r(range) WHERE ${isPosition("range")}
) r CROSS JOIN LATERAL (
  SELECT position FROM ${tables.parts}
  WHERE thread_id = ${thread} AND position <= pg_catalog.lower(r.range) ORDER BY position DESC LIMIT 1
) f CROSS JOIN LATERAL (
  SELECT ${bytesWithoutGap("f.position")} AS bytes
  FROM (
    SELECT position, bytes, pg_catalog.octet_length(bytes) AS size FROM ${tables.parts}
    WHERE thread_id = ${thread} AND position >= f.position AND position < pg_catalog.upper(r.range)
    ORDER BY position OFFSET 0
  ) o
) a`;
}

/** The stretches that values refer to, by thread and whether they are text. */
const rangesOf = (blobs: string) => sql`SELECT b.thread_id, ${isJson("b")} AS is_text,
  pg_catalog.range_agg(${segmentRange("b", "s.i")}) AS ranges
FROM ${blobs} b CROSS JOIN LATERAL (
  ${segmentsOf("b")}
) s
WHERE ${hasSegments("b")} AND ${isSegment("b", "s.i")}
GROUP BY 1, 2`;

const knownRanges = ({ threads, from, to }: KnownParts, columns = "") =>
  `SELECT ${columns}pg_catalog.range_agg(pg_catalog.int8range(k.first::bigint, k.last::bigint)) AS ranges
FROM unnest(${threads}, ${from}, ${to}) AS k(thread_id, first, last)`;

/**
 * As `commonPartsOf`, of threads on several nodes of Citus, which takes neither LIMIT nor OFFSET in a look into each,
 * but grouping by the thread. No part is longer than `MAX_PART`, so the first one begins less than that before its
 * stretch.
 */
export function commonPartsOfNodes(tables: Tables, blobs: string, known?: KnownParts): string {
  const size = "pg_catalog.octet_length(bytes)";
  const first = "pg_catalog.min(position)";
  const unknown = known === undefined ? "g.ranges" : "g.ranges - coalesce(k.ranges, '{}')";
  const join =
    known === undefined
      ? ""
      : sql`LEFT JOIN (
  ${knownRanges(known, "k.thread_id, ")} GROUP BY k.thread_id
) k ON k.thread_id = g.thread_id `;
  return sql`SELECT g.thread_id, g.is_text, a.position, a.bytes
FROM (
  ${rangesOf(blobs)}
) g ${join}CROSS JOIN LATERAL (
  SELECT range FROM pg_catalog.unnest(${unknown}) AS r(range) WHERE ${isPosition("range")}
) r CROSS JOIN LATERAL (
  SELECT ${first} AS position, CASE WHEN pg_catalog.sum(${size}) = pg_catalog.max(position + ${size}) - ${first}
    THEN pg_catalog.string_agg(bytes, '' ORDER BY position) END AS bytes
  FROM ${tables.parts}
  WHERE thread_id = g.thread_id AND position > pg_catalog.lower(r.range) - ${MAX_PART}
    AND position < pg_catalog.upper(r.range) AND position + ${size} > pg_catalog.lower(r.range)
  GROUP BY thread_id
) a`;
}

/** @param select one of `commonPartsOf` */
export const partRowsOf = (select: string): PartRows => ({
  from: sql`(
  ${select}
) p`,
  ...{ thread: "p.thread_id", isText: "p.is_text", position: "p.position", bytes: "p.bytes" },
});

/**
 * The positions, as `ranges`, of the parts that values need: those that they refer to, and the one that
 * begins where a segment ends. Whoever continues the value there may have looked where the stream ends
 * before that part was stored; as long as it stays they find it by its position. A value whose segments are
 * damaged may need any part, so all are needed.
 *
 * @param blobs relation of stored values with segments
 */
export const neededRanges = (blobs: string): string => sql`SELECT coalesce(pg_catalog.range_agg(
  CASE WHEN ${isSegment("b", "s.i")} THEN ${segmentRange("b", "s.i", "[]")}
  ELSE pg_catalog.int8range(NULL, NULL) END
), '{}') AS ranges
FROM ${blobs} b CROSS JOIN LATERAL (
  ${segmentsOf("b")}
) s`;

/**
 * Whether a part is none of those that are needed.
 *
 * @param needed alias of `neededRanges`
 */
export const isUnreferenced = (part: string, needed: string): string =>
  `NOT ${partRange(part)} && ${needed}.ranges`;

/** The bytes, of one thread, that some segments refer to. As bytes: what is damaged may be no text. */
export function partsStatement(
  tables: Tables,
): (threadId: string, segments: readonly Segment[]) => Statement {
  const wanted = "(SELECT $1::text AS thread_id, 'bytes' AS type, $2::text::bigint[] AS segments)";
  const bind = template(sql`SELECT p.thread_id AS thread, p.position::text AS version,
  pg_catalog.octet_length(p.bytes) AS idx, NULL::text AS json, p.bytes
FROM (
  ${commonPartsOf(tables, wanted, "$1::text")}
) p`);
  return (threadId, segments) => bind([threadId, segmentsText(segments)]);
}
