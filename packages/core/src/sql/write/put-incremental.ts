import type { SqlValue, Statement } from "../../driver/driver.js";
import {
  rowsPerStatement,
  templateByShape,
  VALUE,
  valueRows,
  widthOf,
} from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { isIncremental } from "../../schema/storage-setting.js";
import type { Part } from "../../sharing/placement.js";
import type { IncrementalValue, KnownPieces, KnownValue } from "../../sharing/plan.js";
import { PARTS, STREAM_BYTES, segmentsText } from "../../sharing/segments.js";
import { endOfPart } from "../stretches.js";
import { cte, materialized, sql, withAll } from "../text.js";
import { groupParts, insertParts } from "./insert-parts.js";
import {
  BLOB_COLUMNS,
  type BlobRow,
  byChannelAndVersion,
  insertCheckpoint,
  type PutInput,
  selectStored,
} from "./put.js";
import { IS_CHECKPOINT, ifAny, ifAnyRouted, type RowSource } from "./row-source.js";

/** A value of which the database has a part. */
export interface IncrementalRow extends BlobRow, IncrementalValue {
  /** The value it shares with: that of the parent. */
  readonly base: KnownValue;
  /** Of a value whose pieces are compressed or encrypted. */
  readonly pieces?: KnownPieces;
  /** The same: how many characters its tail has, if it is text. */
  readonly tailCharacters?: number;
}

export interface PutIncrementalInput extends PutInput {
  readonly incremental: readonly IncrementalRow[];
}

/**
 * A condition: streams end where they are to go on.
 *
 * @param starts placeholder of where they begin
 * @param stops placeholder of where they must end; a new one where it begins
 */
export const streamsEnd = (tables: Tables, starts: string, stops: string): string => `NOT EXISTS (
  SELECT true FROM unnest(${starts}::bigint[], ${stops}::bigint[]) AS s(start, stop) LEFT JOIN LATERAL (
    SELECT ${endOfPart("o")} AS stop FROM ${tables.parts} o
    WHERE thread_id = $1::text
      AND position >= s.start AND position < s.start + ${STREAM_BYTES}
    ORDER BY position DESC LIMIT 1
  ) p ON true
  WHERE coalesce(p.stop, s.start) <> s.stop
)`;

/** An id that no put has. */
const UNKNOWN_PUT = "0";

const PARAMETERS = 13;
/** Segments travel as text, as not every driver binds arrays of numbers. */
const COLUMNS = [...BLOB_COLUMNS, "text::bigint[]"];
const PART_COLUMNS = ["text", VALUE] as const;
/** Beyond them values are stored in full, in as many statements as it takes. */
const MAX_ROWS = rowsPerStatement(widthOf(COLUMNS), PARAMETERS);

/** Whether one statement can bind all of it. */
export function fitsParameters({ blobs, incremental }: PutIncrementalInput): boolean {
  const parts = incremental.reduce((sum, row) => sum + row.parts.length, 0);
  return blobs.length + incremental.length + parts <= MAX_ROWS;
}

/**
 * One statement stores a checkpoint, its blobs and the parts that the database does not have. It stores
 * all or nothing: nothing, and returns no row, where
 *
 * - the parent is gone, or refers to other versions than the bases: its row, held on to, is what keeps
 *   the parts of the bases from being removed;
 * - a base is stored by another put than it was, or otherwise, after a rewrite of the thread;
 * - a stream does not end where its parts are to go on, as somebody else wrote to it;
 * - values are to be stored in full from now on.
 *
 * Locks the parent before the bases, as removals do: the other way round each would wait for the other.
 *
 * @returns a function of an input for which `fitsParameters` is true, and whether the server is one of a Citus
 *   cluster
 */
export function putIncrementalStatement(
  tables: Tables,
): (input: PutIncrementalInput, routed: boolean) => Statement {
  const templateFor = templateByShape(
    (rows: number, first: number, rest: number, routed: boolean) =>
      textOf(tables, rows, { first, rest }, routed),
  );
  return (input, routed) => {
    const { threadId, checkpointNs, parentId, checkpointId, checkpoint, metadata, incremental } =
      input;
    const rows = [...input.blobs.map(fullValues), ...incremental.map(incrementalValues)];
    const based = incremental
      .filter(({ base }) => base.segments !== undefined)
      .sort(byChannelAndVersion);
    const ends = incremental.flatMap((row) => row.ends);
    const parts = incremental.flatMap((row) => row.parts.map((part) => partRow(row, part)));
    const { first, rest } = groupParts(parts, ends);
    const bind = templateFor(rows.length, first.length, rest.length, routed);
    return bind([
      ...[threadId, checkpointNs, parentId, checkpointId, checkpoint, metadata],
      based.map(({ channel }) => channel),
      based.map(({ base }) => base.version),
      based.map(({ base }) => base.putId ?? UNKNOWN_PUT),
      based.map(({ base }) => segmentsText(base.segments ?? [])),
      ends.map(({ start }) => String(start)),
      ends.map(({ stop }) => String(stop)),
      input.putId,
      ...rows.sort(byChannelAndVersion).flatMap(({ values }) => values),
      ...[...first, ...rest].flatMap(({ values }) => values),
    ]);
  };
}

function textOf(
  tables: Tables,
  rows: number,
  parts: { readonly first: number; readonly rest: number },
  routed: boolean,
): string {
  const firstPart = PARAMETERS + rows * widthOf(COLUMNS) + 1;
  const claim = { ready: "ready", claimed: "claimed" };
  const rowsIf = (relation: string) =>
    routed ? ifAnyRouted(relation, tables.checkpoints, IS_CHECKPOINT) : ifAny(relation);
  return withAll(
    [
      materialized(claim.ready, readyIf(tables)),
      ...insertParts(tables, parts, PART_COLUMNS, firstPart, claim, rowsIf),
      cte("blobs", insertValues(tables, rowsIf(claim.claimed), rows)),
      cte("checkpoint", insertCheckpoint(tables, rowsIf(claim.claimed))),
    ],
    selectStored(rows, { checkpoint: "checkpoint", blobs: "blobs" }),
  );
}

/**
 * A row where all is as it was. The look-up of the bases depends on the parent's row, so that it is locked first;
 * each lock stands in a sub-select of its own, without conditions on arrays, as Citus demands.
 */
const readyIf = (tables: Tables) => sql`SELECT true AS found FROM (
  SELECT thread_id, checkpoint FROM ${tables.checkpoints}
  WHERE ${IS_CHECKPOINT}
  FOR KEY SHARE
) p, LATERAL (
  SELECT pg_catalog.count(*) AS stored
  FROM unnest($7::text[], $8::text[], $9::text[], $10::text[]) AS b(channel, version, put_id, segments),
  LATERAL (
    SELECT true FROM ${tables.blobs}
    WHERE thread_id = $1::text AND thread_id = p.thread_id AND checkpoint_ns = $2::text
      AND channel = b.channel AND version = b.version
      AND put_id = b.put_id::bigint AND segments = b.segments::bigint[]
    FOR SHARE
  ) s
) bases
WHERE bases.stored = pg_catalog.cardinality($7::text[])
  AND NOT EXISTS (
    SELECT true FROM unnest($7::text[], $8::text[]) AS b(channel, version)
    WHERE p.checkpoint -> 'channel_versions'::text ->> b.channel IS DISTINCT FROM b.version
  )
  AND ${isIncremental(tables)}
  AND ${streamsEnd(tables, "$11::text[]", "$12::text[]")}`;

function insertValues(tables: Tables, source: RowSource, rows: number): string {
  const shared = ["$2::text", "$13::text::bigint"];
  return `INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, put_id, channel, version, type, blob, segments)
${source((thread) => valueRows(tables.bytes, [...thread, ...shared], COLUMNS, rows, PARAMETERS + 1))}
ON CONFLICT DO NOTHING RETURNING true`;
}

interface Row {
  readonly channel: string;
  readonly version: string;
  readonly values: readonly SqlValue[];
}

function fullValues({ channel, version, type, text, bytes }: BlobRow): Row {
  return { channel, version, values: [channel, version, type, text, bytes, null] };
}

function incrementalValues({ channel, version, type, tail, segments }: IncrementalRow): Row {
  const values = [channel, version, PARTS + type, null, tail, segmentsText(segments)];
  return { channel, version, values };
}

/** Parts of a text travel as text, which no driver has to write in hexadecimal. */
function partRow({ text }: IncrementalRow, { position, bytes }: Part) {
  const value = text === null ? [null, bytes] : [bytes.toString(), null];
  return { position, values: [String(position), ...value] };
}
