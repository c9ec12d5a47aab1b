import type { SqlValue, Statement } from "../../driver/driver.js";
import {
  rowsPerStatement,
  templateByRows,
  VALUE,
  valueRows,
  widthOf,
} from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

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

const SHARED = "$1::text, $2::text, $3::text, $4::text, $5::text";
const SHARED_PARAMETERS = 5;
const WRITE_COLUMNS = ["int", "text", "text", VALUE];
const MAX_WRITES = rowsPerStatement(widthOf(WRITE_COLUMNS), SHARED_PARAMETERS);

/**
 * One statement stores the writes of a task; none for no writes; beyond 13,105 writes several, which
 * belong in one transaction.
 *
 * @returns a function of the input, and whether the writes need their checkpoint's row, which they then
 *   hold on to against a removal at the same time; where there is none, nothing is stored and no row
 *   returned
 */
export function putWritesStatements(
  tables: Tables,
): (input: PutWritesInput, onCheckpoint: boolean) => Statement[] {
  // A repeated ordinary write is one that arrived before; a special one (error, interrupt, resume)
  // replaces its predecessor.
  const insert = (rows: string) => `INSERT INTO ${tables.writes} AS stored
  (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob)
${rows}
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
  channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob, task_path = EXCLUDED.task_path
WHERE stored.idx < 0`;
  const rows = (count: number) =>
    `VALUES ${valueRows(tables.bytes, SHARED, WRITE_COLUMNS, count, SHARED_PARAMETERS + 1)}`;
  const alone = templateByRows((count) => insert(rows(count)));
  const onCheckpointOnly = templateByRows(
    (count) => `WITH checkpoint AS MATERIALIZED (
  SELECT FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text
  FOR KEY SHARE
), writes AS (
${insert(`SELECT v.* FROM checkpoint CROSS JOIN (${rows(count)}) v`)}
)
SELECT true AS stored FROM checkpoint`,
  );

  return (input, onCheckpoint) => {
    const { threadId, checkpointNs, checkpointId, taskId, taskPath } = input;
    const writes = [...input.writes].sort((a, b) => a.idx - b.idx);
    const statements: Statement[] = [];
    const bind = onCheckpoint ? onCheckpointOnly : alone;
    while (writes.length > 0) {
      const rows = writes.splice(0, MAX_WRITES);
      const values = [
        threadId,
        checkpointNs,
        checkpointId,
        taskId,
        taskPath,
        ...rows.flatMap(writeValues),
      ];
      statements.push(bind(rows.length)(values));
    }
    return statements;
  };
}

function writeValues({ idx, channel, type, text, bytes }: WriteRow): SqlValue[] {
  return [idx, channel, type, text, bytes];
}
