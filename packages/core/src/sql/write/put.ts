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
import type { StoredValue } from "../../serializer/values.js";
import { IS_CITUS } from "../citus.js";
import { cte, materialized, withAll } from "../text.js";
import { always, heldCheckpoint, ifAny, ifHeld, type RowSource } from "./row-source.js";

/** The value of a channel; it has neither text nor bytes where the channel has become empty. */
export interface BlobRow extends StoredValue {
  readonly channel: string;
  readonly version: string;
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
  /** Whether the server is one of a Citus cluster; not told where there were no values. */
  readonly distributed?: boolean;
}

export interface PutCondition {
  /**
   * Whether the checkpoint stands on its parent. The statement then holds on to the parent's row until it
   * commits, against a removal at the same time; where there is no such row, it stores nothing and returns no row.
   */
  readonly requireParent: boolean;
  /** Whether the server is one of a Citus cluster. */
  readonly routed: boolean;
}

/** Not the same twice for one key: that would take millions of values under it. */
export const newPutId = (): string => String(randomInt(1, MAX_PUT_ID));
const MAX_PUT_ID = 2 ** 48 - 1;

const CHECKPOINT_PARAMETERS = 7;
export const BLOB_COLUMNS = ["text", "text", "text", VALUE];
/** Blobs that one statement can store; more take statements before it, which belong in one transaction with it. */
export const MAX_BLOBS = rowsPerStatement(widthOf(BLOB_COLUMNS), CHECKPOINT_PARAMETERS);

/**
 * Stores a checkpoint with its blobs, `MAX_BLOBS` of them at most. It refers to values that its parent's run
 * stored, so most stand on their parent.
 */
export function putStatement(
  tables: Tables,
): (input: PutInput, condition: PutCondition) => Statement {
  const templateFor = templateByShape((count: number, requireParent: boolean, routed: boolean) => {
    const source = sourceOf(tables, count, requireParent, routed);
    const checkpoint = insertCheckpoint(tables, source.rows);
    if (count === 0) return checkpoint;
    const blobs = insertBlobs(tables, source.rows, count, CHECKPOINT_PARAMETERS);
    return withAll(
      [...source.ctes, cte("checkpoint", checkpoint), cte("blobs", blobs)],
      selectStored(count, { checkpoint: "checkpoint", blobs: "blobs" }),
    );
  });
  return ({ threadId, checkpointNs, parentId, putId, blobs, ...input }, condition) =>
    templateFor(
      blobs.length,
      condition.requireParent,
      condition.requireParent && condition.routed,
    )([
      ...[threadId, checkpointNs, parentId, input.checkpointId, input.checkpoint, input.metadata],
      ...(blobs.length === 0 ? [] : [putId, ...blobValues(blobs)]),
    ]);
}

/** Stores further blobs of a checkpoint, in the transaction that stored it and holds on to its parent. */
export function putBlobsStatement(
  tables: Tables,
): (input: Pick<PutInput, "threadId" | "checkpointNs" | "putId" | "blobs">) => Statement {
  const templateFor = templateByShape((count: number) =>
    withAll(
      [cte("blobs", insertBlobs(tables, always, count, 3))],
      `SELECT pg_catalog.count(*) = ${count} AS fresh FROM blobs`,
    ),
  );
  return ({ threadId, checkpointNs, putId, blobs }) =>
    templateFor(blobs.length)([threadId, checkpointNs, putId, ...blobValues(blobs)]);
}

/**
 * Where a put's rows come from, and the CTEs that this needs.
 *
 * On Citus each INSERT is a statement of its own, sent to one node if it selects from the parent's row there. Its
 * snapshot is its own, too, so the checkpoint comes first: it holds on to the parent for those that follow.
 */
function sourceOf(
  tables: Tables,
  count: number,
  requireParent: boolean,
  routed: boolean,
): { readonly rows: RowSource; readonly ctes: readonly string[] } {
  if (!requireParent) return { rows: always, ctes: [] };
  if (routed || count === 0) return { rows: ifHeld(tables), ctes: [] };
  const parent = heldCheckpoint(tables, "true AS found");
  return { rows: ifAny("parent"), ctes: [materialized("parent", parent)] };
}

function insertBlobs(tables: Tables, source: RowSource, count: number, putId: number): string {
  const shared = ["$2::text", `$${putId}::text::bigint`];
  const rows = (thread: readonly string[]) =>
    valueRows(tables.bytes, [...thread, ...shared], BLOB_COLUMNS, count, putId + 1);
  return `INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, put_id, channel, version, type, blob)
${source(rows)}
ON CONFLICT DO NOTHING RETURNING true`;
}

export function insertCheckpoint(tables: Tables, source: RowSource): string {
  const others = ["$2::text", "$3::text", "$4::text", "$5::text::jsonb", "$6::text::jsonb"];
  return `INSERT INTO ${tables.checkpoints}
  (thread_id, checkpoint_ns, parent_checkpoint_id, checkpoint_id, checkpoint, metadata)
${source((thread) => `(${[...thread, ...others].join(", ")})`)}
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = EXCLUDED.parent_checkpoint_id,
  checkpoint = EXCLUDED.checkpoint,
  metadata = EXCLUDED.metadata
RETURNING true AS fresh`;
}

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
  `SELECT (SELECT pg_catalog.count(*) FROM ${blobs}) = ${count} AS fresh, ${IS_CITUS} AS distributed
FROM ${checkpoint}`;

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
