import { randomInt } from "node:crypto";
import type { SqlValue, Statement } from "../../driver/driver.js";
import {
  rowsPerStatement,
  templateByShape,
  VALUE,
  valueRows,
  widthOf,
} from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { cte, materialized, sql, withAll } from "../text.js";

export interface BlobRow {
  readonly channel: string;
  readonly version: string;
  readonly type: string;
  /** The value as text, or as bytes; neither where the channel has become empty. */
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
}

export interface PutInput {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly checkpointId: string;
  readonly parentId: string | null;
  /** JSON texts. */
  readonly checkpoint: string;
  readonly metadata: string;
  /** Tells the values of this `put` from others under the same versions; `newPutId()`. */
  readonly putId: string;
  readonly blobs: readonly BlobRow[];
}

/** Returned where something was stored. */
export interface StoredRow {
  /** Whether all of the statement's values were, and none was there before. */
  readonly fresh: boolean;
}

/** Not the same twice for one key: that would take millions of values under it. */
export const newPutId = (): string => String(randomInt(1, MAX_PUT_ID));
const MAX_PUT_ID = 2 ** 48 - 1;

const CHECKPOINT_PARAMETERS = 7;
export const BLOB_COLUMNS = ["text", "text", "text", VALUE];
/** Blobs that one statement can store; more take statements before it, which belong in one transaction with it. */
export const MAX_BLOBS = rowsPerStatement(widthOf(BLOB_COLUMNS), CHECKPOINT_PARAMETERS);

/**
 * Stores a checkpoint with its blobs, `MAX_BLOBS` of them at most.
 *
 * A checkpoint refers to values that its parent's run stored. So the statement holds on to the
 * parent's row until it commits, against a removal at the same time; where there is no such row, it
 * stores nothing and returns no row.
 *
 * @returns a function of the input, and whether the checkpoint stands on its parent
 */
export function putStatement(
  tables: Tables,
): (input: PutInput, requireParent: boolean) => Statement {
  const templateFor = templateByShape((count: number, requireParent: boolean) => {
    const { from, ctes } = standOn(tables, requireParent);
    const checkpoint = insertCheckpoint(tables, from);
    if (count === 0) return withAll(ctes, checkpoint);
    const blobs = insertBlobs(tables, from, count, CHECKPOINT_PARAMETERS);
    return withAll(
      [...ctes, cte("blobs", blobs), cte("checkpoint", checkpoint)],
      selectStored(count, { checkpoint: "checkpoint", blobs: "blobs" }),
    );
  });
  return ({ threadId, checkpointNs, parentId, putId, blobs, ...input }, requireParent) =>
    templateFor(
      blobs.length,
      requireParent,
    )([
      ...[threadId, checkpointNs, parentId, input.checkpointId, input.checkpoint, input.metadata],
      ...(blobs.length === 0 ? [] : [putId, ...blobValues(blobs)]),
    ]);
}

/** Stores blobs of a checkpoint that is stored after them, under the same condition. */
export function putBlobsStatement(
  tables: Tables,
): (
  input: Pick<PutInput, "threadId" | "checkpointNs" | "parentId" | "putId" | "blobs">,
  requireParent: boolean,
) => Statement {
  const templateFor = templateByShape((count: number, requireParent: boolean) => {
    const { from, ctes } = standOn(tables, requireParent);
    return withAll(ctes, insertBlobs(tables, from, count, requireParent ? 4 : 3));
  });
  return ({ threadId, checkpointNs, parentId, putId, blobs }, requireParent) =>
    templateFor(
      blobs.length,
      requireParent,
    )([
      ...[threadId, checkpointNs, ...(requireParent ? [parentId] : []), putId],
      ...blobValues(blobs),
    ]);
}

/** What to select rows from, so that there are none where they are to stand on a parent that is gone. */
function standOn(tables: Tables, requireParent: boolean) {
  if (!requireParent) return { from: undefined, ctes: [] };
  const parent = `SELECT FROM ${tables.checkpoints}
WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
FOR KEY SHARE`;
  return { from: "parent", ctes: [materialized("parent", parent)] };
}

/**
 * The beginning of a FROM clause whose last table follows.
 *
 * @param onlyIf relation without a row of which there are none; one row otherwise
 */
const fromIf = (onlyIf: string | undefined) =>
  onlyIf === undefined ? "FROM" : `FROM ${onlyIf} CROSS JOIN`;

const insertBlobs = (
  tables: Tables,
  onlyIf: string | undefined,
  count: number,
  putId: number,
) => sql`INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
SELECT v.* ${fromIf(onlyIf)} (
  VALUES ${valueRows(tables.bytes, `$1::text, $2::text, $${putId}::text::bigint`, BLOB_COLUMNS, count, putId + 1)}
) v
ON CONFLICT DO NOTHING RETURNING true`;

/** @param onlyIf as of `fromIf` */
export const insertCheckpoint = (
  tables: Tables,
  onlyIf: string | undefined,
): string => `INSERT INTO ${tables.checkpoints}
  (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
SELECT v.* ${fromIf(onlyIf)} (
  VALUES ($1::text, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
) v
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
  checkpoint = EXCLUDED.checkpoint,
  metadata = EXCLUDED.metadata
RETURNING true AS fresh`;

/**
 * Tells what was stored.
 *
 * @param count how many values `blobs` was to insert
 * @param stored names of the queries that inserted the checkpoint and its values
 */
export const selectStored = (
  count: number,
  { checkpoint, blobs }: { readonly checkpoint: string; readonly blobs: string },
): string =>
  `SELECT (SELECT pg_catalog.count(*) FROM ${blobs}) = ${count} AS fresh FROM ${checkpoint}`;

/** All writers lock rows in the same order, so that no two can wait for each other. */
export function byChannelAndVersion(
  a: Pick<BlobRow, "channel" | "version">,
  b: Pick<BlobRow, "channel" | "version">,
): number {
  if (a.channel !== b.channel) return a.channel < b.channel ? -1 : 1;
  return a.version < b.version ? -1 : Number(a.version > b.version);
}

const blobValues = (blobs: readonly BlobRow[]): SqlValue[] =>
  blobs.flatMap(({ channel, version, type, text, bytes }) => [channel, version, type, text, bytes]);
