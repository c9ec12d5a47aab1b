import type { SqlValue, Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { rowsPerStatement, templateByRows, valueRows } from "./template.js";

export interface BlobRow {
  readonly channel: string;
  readonly version: string;
  readonly type: string;
  /** Null where the channel has become empty. */
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
  readonly blobs: readonly BlobRow[];
}

const CHECKPOINT_PARAMETERS = 6;
const BLOB_CASTS = ["text", "text", "text", "bytea"];
const MAX_BLOBS = rowsPerStatement(BLOB_CASTS.length, CHECKPOINT_PARAMETERS);

/** The row of a checkpoint that was stored. */
export interface PutRow {
  readonly stored: boolean;
}

/**
 * One statement stores a checkpoint with its blobs; beyond 16,381 blobs it takes further statements
 * before it, which belong in one transaction with it.
 *
 * A checkpoint refers to values that its parent's run stored. So the statement holds on to the
 * parent's row until it commits, against a removal at the same time; where there is no such row, it
 * stores nothing and returns no row.
 *
 * @returns a function of the input, and whether the checkpoint stands on its parent
 */
export function putStatements(tables: Tables): (input: PutInput, onParent: boolean) => Statement[] {
  const blobColumns = "(thread_id, checkpoint_ns, channel, version, type, blob)";
  const keepStored = "ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING";
  const blobsOnly = templateByRows(
    (count) => `INSERT INTO ${tables.blobs} ${blobColumns}
  VALUES ${valueRows("$1::text, $2::text", BLOB_CASTS, count, 3)}
  ${keepStored}`,
  );
  const whole = (from: string, ctes: readonly string[]) =>
    templateByRows((count) => {
      const blobs = `blobs AS (
  INSERT INTO ${tables.blobs} ${blobColumns}
  SELECT v.* ${from}(
    VALUES ${valueRows("$1::text, $2::text", BLOB_CASTS, count, CHECKPOINT_PARAMETERS + 1)}
  ) v
  ${keepStored}
)`;
      const all = count === 0 ? ctes : [...ctes, blobs];
      return `${all.length === 0 ? "" : `WITH ${all.join(", ")}\n`}INSERT INTO ${tables.checkpoints}
  (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
SELECT v.* ${from}(
  VALUES ($1::text, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)
) v
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
  checkpoint = EXCLUDED.checkpoint,
  metadata = EXCLUDED.metadata
RETURNING true AS stored`;
    });
  const alone = whole("FROM ", []);
  const onParentOnly = whole("FROM parent CROSS JOIN ", [
    `parent AS MATERIALIZED (
  SELECT FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $4::text
  FOR KEY SHARE
)`,
  ]);

  return (input, onParent) => {
    const { threadId, checkpointNs } = input;
    const blobs = [...input.blobs].sort(byChannelAndVersion);
    const statements: Statement[] = [];
    while (blobs.length > MAX_BLOBS) {
      const rows = blobs.splice(0, MAX_BLOBS);
      statements.push(
        blobsOnly(rows.length)([threadId, checkpointNs, ...rows.flatMap(blobValues)]),
      );
    }
    const checkpoint = [input.checkpointId, input.parentId, input.checkpoint, input.metadata];
    statements.push(
      (onParent ? onParentOnly : alone)(blobs.length)([
        threadId,
        checkpointNs,
        ...checkpoint,
        ...blobs.flatMap(blobValues),
      ]),
    );
    return statements;
  };
}

/** All writers lock rows in the same order, so that no two can wait for each other. */
function byChannelAndVersion(a: BlobRow, b: BlobRow): number {
  if (a.channel !== b.channel) return a.channel < b.channel ? -1 : 1;
  return a.version < b.version ? -1 : Number(a.version > b.version);
}

function blobValues({ channel, version, type, bytes }: BlobRow): SqlValue[] {
  return [channel, version, type, bytes];
}
