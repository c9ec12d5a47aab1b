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

/** A write and the task that made it. */
export interface TaskWriteRow extends WriteRow {
  readonly taskId: string;
  readonly taskPath: string;
}

export interface PutWritesInput {
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly checkpointId: string;
  /** Unique by task and `idx`. */
  readonly writes: readonly TaskWriteRow[];
}

const OF_CHECKPOINT = ["$2::text", "$3::text"];
const WRITE_COLUMNS = ["int", "text", "text", VALUE];
/** What rows share and what each has: of one task, and of several. */
const OF_TASK = { shared: [...OF_CHECKPOINT, "$4::text", "$5::text"], columns: WRITE_COLUMNS };
const OF_TASKS = { shared: OF_CHECKPOINT, columns: ["text", "text", ...WRITE_COLUMNS] };
const SHARED_PARAMETERS = 5;
/** Writes of one task that one statement can store; more take several, which belong in one transaction. */
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

/** Stores at least one write: `MAX_WRITES` at most of one task, or a fifth fewer of several. */
export function putWritesStatement(
  tables: Tables,
): (input: PutWritesInput, condition: WritesCondition) => Statement {
  const templateFor = templateByShape(
    (count: number, tasks: "one task" | "tasks", requireCheckpoint: boolean, routed: boolean) => {
      const insert = (source: RowSource) => insertWrites(tables, source, count, tasks);
      if (!requireCheckpoint) return insert(always);
      const source = routed
        ? ifAnyRouted("checkpoint", tables.checkpoints, IS_CHECKPOINT)
        : ifAny("checkpoint");
      return withAll(
        [
          materialized("checkpoint", heldCheckpoint(tables, "true AS found")),
          cte("writes", `${insert(source)}\nRETURNING true AS stored`),
        ],
        "SELECT true AS stored FROM checkpoint",
      );
    },
  );
  return (input, { requireCheckpoint, routed }) => {
    const { threadId, checkpointNs, checkpointId, writes } = input;
    const key = [threadId, checkpointNs, checkpointId];
    const isRouted = requireCheckpoint && routed;
    const [first] = writes;
    if (first === undefined || writes.some(({ taskId }) => taskId !== first.taskId)) {
      const rows = writes.flatMap((write) => [...taskValues(write), ...writeValues(write)]);
      const { text, values } = templateFor(
        writes.length,
        "tasks",
        requireCheckpoint,
        isRouted,
      )([...key, ...rows]);
      // How many tasks meet is chance: each number would take a place of those that come again.
      return { text, values, name: "" };
    }
    return templateFor(
      writes.length,
      "one task",
      requireCheckpoint,
      isRouted,
    )([...key, ...taskValues(first), ...writes.flatMap(writeValues)]);
  };
}

/**
 * A repeated ordinary write is one that arrived before; a special one (error, interrupt, resume) replaces its
 * predecessor.
 */
function insertWrites(
  tables: Tables,
  source: RowSource,
  count: number,
  tasks: "one task" | "tasks",
): string {
  const { shared, columns } = tasks === "tasks" ? OF_TASKS : OF_TASK;
  const first = shared.length + 2;
  return `INSERT INTO ${tables.writes} AS stored
  (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
${source((thread) => valueRows(tables.bytes, [...thread, ...shared], columns, count, first))}
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
  channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob, task_path = EXCLUDED.task_path
WHERE stored.idx < 0`;
}

const taskValues = ({ taskId, taskPath }: TaskWriteRow): SqlValue[] => [taskId, taskPath];

function writeValues({ idx, channel, type, text, bytes }: WriteRow): SqlValue[] {
  return [idx, channel, type, text, bytes];
}
