import type { SqlValue, Statement } from "../../driver/driver.js";
import {
  rowsPerStatement,
  templateByShape,
  VALUE,
  valueRows,
  widthOf,
} from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { cte, materialized, withAll } from "../text.js";
import {
  always,
  heldCheckpoint,
  IS_CHECKPOINT,
  ifAny,
  ifAnyRouted,
  type RowSource,
} from "./row-source.js";

export interface WriteRow {
  /** Position in the task's writes, or the negative number of a special channel. Unique within one call. */
  readonly idx: number;
  readonly channel: string;
  readonly type: string;
  /** The value as text, or as bytes. */
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
}

export interface PutWritesInput {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly checkpointId: string;
  readonly taskId: string;
  readonly taskPath: string;
  readonly writes: readonly WriteRow[];
}

const OF_TASK = ["$2::text", "$3::text", "$4::text", "$5::text"];
const SHARED_PARAMETERS = 5;
const WRITE_COLUMNS = ["int", "text", "text", VALUE];
/** Writes that one statement can store; more take several, which belong in one transaction. */
export const MAX_WRITES = rowsPerStatement(widthOf(WRITE_COLUMNS), SHARED_PARAMETERS);

export interface WritesCondition {
  /**
   * Whether the writes need their checkpoint's row, which they then hold on to against a removal at the same time;
   * where there is none, nothing is stored and no row returned.
   */
  readonly requireCheckpoint: boolean;
  /** Whether the server is one of a Citus cluster. */
  readonly routed: boolean;
}

/** Stores writes of a task, `MAX_WRITES` of them at most and at least one. */
export function putWritesStatement(
  tables: Tables,
): (input: PutWritesInput, condition: WritesCondition) => Statement {
  const templateFor = templateByShape(
    (count: number, requireCheckpoint: boolean, routed: boolean) => {
      if (!requireCheckpoint) return insertWrites(tables, always, count);
      const source = routed
        ? ifAnyRouted("checkpoint", tables.checkpoints, IS_CHECKPOINT)
        : ifAny("checkpoint");
      const writes = `${insertWrites(tables, source, count)}\nRETURNING true AS stored`;
      return withAll(
        [
          materialized("checkpoint", heldCheckpoint(tables, "true AS found")),
          cte("writes", writes),
        ],
        "SELECT true AS stored FROM checkpoint",
      );
    },
  );
  return (input, { requireCheckpoint, routed }) => {
    const { threadId, checkpointNs, checkpointId, taskId, taskPath, writes } = input;
    return templateFor(
      writes.length,
      requireCheckpoint,
      requireCheckpoint && routed,
    )([threadId, checkpointNs, checkpointId, taskId, taskPath, ...writes.flatMap(writeValues)]);
  };
}

/**
 * A repeated ordinary write is one that arrived before; a special one (error, interrupt, resume) replaces its
 * predecessor.
 */
const insertWrites = (
  tables: Tables,
  source: RowSource,
  count: number,
) => `INSERT INTO ${tables.writes} AS stored
  (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
${source((thread) => valueRows(tables.bytes, [...thread, ...OF_TASK], WRITE_COLUMNS, count, SHARED_PARAMETERS + 1))}
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
  channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob, task_path = EXCLUDED.task_path
WHERE stored.idx < 0`;

function writeValues({ idx, channel, type, text, bytes }: WriteRow): SqlValue[] {
  return [idx, channel, type, text, bytes];
}
