import { randomInt } from "node:crypto";
import type { SqlValue, Statement } from "../../driver/driver.js";
import {
  rowsPerStatement,
  templateByRows,
  VALUE,
  valueRows,
  widthOf,
} from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

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
const MAX_BLOBS = rowsPerStatement(widthOf(BLOB_COLUMNS), CHECKPOINT_PARAMETERS);

/**
 * One statement stores a checkpoint with its blobs; beyond 13,105 blobs it takes further statements
 * before it, which belong in one transaction with it.
 *
 * A checkpoint refers to values that its parent's run stored. So the statement holds on to the
 * parent's row until it commits, against a removal at the same time; where there is no such row, it
 * stores nothing and returns no row.
 *
 * @returns a function of the input, and whether the checkpoint stands on its parent
 */
export function putStatements(
  tables: Tables,
): (input: PutInput, requireParent: boolean) => Statement[] {
  const alone = texts(tables, 3, "FROM ", []);
  const requiringParent = texts(tables, 4, "FROM parent CROSS JOIN ", [
    `parent AS MATERIALIZED (
  SELECT FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
)`,
  ]);
  return ({ threadId, checkpointNs, parentId, putId, ...input }, requireParent) => {
    const { whole, blobsOnly } = requireParent ? requiringParent : alone;
    const namespace = [threadId, checkpointNs];
    const key = requireParent ? [...namespace, parentId, putId] : [...namespace, putId];
    const checkpoint = [parentId, input.checkpointId, input.checkpoint, input.metadata];
    const blobs = [...input.blobs].sort(byChannelAndVersion);
    const statements: Statement[] = [];
    while (blobs.length > MAX_BLOBS) {
      const rows = blobs.splice(0, MAX_BLOBS);
      statements.push(blobsOnly(rows.length)([...key, ...rows.flatMap(blobValues)]));
    }
    const values = blobs.length === 0 ? [] : [putId, ...blobs.flatMap(blobValues)];
    statements.push(whole(blobs.length)([...namespace, ...checkpoint, ...values]));
    return statements;
  };
}

/**
 * @param keyParameters how many parameters come before the blobs where these are alone; the last is the put's id
 * @param from what to select the rows from, so that there are none where that is empty
 * @param ctes what `from` needs
 */
function texts(tables: Tables, keyParameters: number, from: string, ctes: readonly string[]) {
  const withAll = (all: readonly string[]) => (all.length === 0 ? "" : `WITH ${all.join(", ")}\n`);
  const blobs = (count: number, putId: number) => `INSERT INTO ${tables.blobs}
  (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
SELECT v.* ${from}(
  VALUES ${valueRows(tables.bytes, `$1::text, $2::text, $${putId}::text::bigint`, BLOB_COLUMNS, count, putId + 1)}
) v
ON CONFLICT DO NOTHING RETURNING true`;
  return {
    blobsOnly: templateByRows((count) => withAll(ctes) + blobs(count, keyParameters)),
    whole: templateByRows((count) => {
      const checkpoint = insertCheckpoint(tables, from);
      if (count === 0) return withAll(ctes) + checkpoint;
      const values = `blobs AS (\n${blobs(count, CHECKPOINT_PARAMETERS)}\n)`;
      const all = [...ctes, values, `checkpoint AS (\n${checkpoint}\n)`];
      return withAll(all) + selectStored(count);
    }),
  };
}

/** @param from what to select the checkpoint's row from, so that there is none where that is empty */
export const insertCheckpoint = (tables: Tables, from: string): string =>
  `INSERT INTO ${tables.checkpoints}
  (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
SELECT v.* ${from}(
  VALUES ($1::text, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
) v
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
  checkpoint = EXCLUDED.checkpoint,
  metadata = EXCLUDED.metadata
RETURNING true AS fresh`;

/** Ends a statement with the CTEs `checkpoint` and `blobs`, which are to insert so many values. */
export const selectStored = (blobs: number): string =>
  `SELECT (SELECT pg_catalog.count(*) FROM blobs) = ${blobs} AS fresh FROM checkpoint`;

/** All writers lock rows in the same order, so that no two can wait for each other. */
export function byChannelAndVersion(
  a: Pick<BlobRow, "channel" | "version">,
  b: Pick<BlobRow, "channel" | "version">,
): number {
  if (a.channel !== b.channel) return a.channel < b.channel ? -1 : 1;
  return a.version < b.version ? -1 : Number(a.version > b.version);
}

function blobValues({ channel, version, type, text, bytes }: BlobRow): SqlValue[] {
  return [channel, version, type, text, bytes];
}
