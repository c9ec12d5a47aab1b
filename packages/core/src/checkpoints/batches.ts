import type { Statement } from "../driver/driver.js";
import type { Catalogue } from "../sql/catalogue.js";
import {
  byChannelAndVersion,
  MAX_BLOBS,
  type PutCondition,
  type PutInput,
} from "../sql/write/put.js";
import {
  MAX_WRITES,
  type PutWritesInput,
  type TaskWriteRow,
  type WritesCondition,
} from "../sql/write/put-writes.js";

/**
 * Statements that store a checkpoint and its blobs; beyond 13,105 blobs several, which belong in one transaction.
 * Where the first stores nothing, the others must not be sent.
 */
export function putAll(sql: Catalogue, input: PutInput, condition: PutCondition): Statement[] {
  const [first = [], ...rest] = batchesOf([...input.blobs].sort(byChannelAndVersion), MAX_BLOBS);
  return [
    sql.put({ ...input, blobs: first }, condition),
    ...rest.map((blobs) => sql.putBlobs({ ...input, blobs })),
  ];
}

/**
 * Statements that store writes: none for no writes, several beyond 13,105, which belong in one transaction. Rows
 * are locked in the order of their key, so that two that store the same do not wait for each other.
 */
export function putAllWrites(
  sql: Catalogue,
  input: PutWritesInput,
  condition: WritesCondition,
): Statement[] {
  const sorted = [...input.writes].sort(byTaskAndIdx);
  return batchesOf(sorted, MAX_WRITES).map((writes) =>
    sql.putWrites({ ...input, writes }, condition),
  );
}

function byTaskAndIdx(a: TaskWriteRow, b: TaskWriteRow): number {
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1;
  return a.idx - b.idx;
}

function batchesOf<Row>(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = [];
  for (let at = 0; at < rows.length; at += size) batches.push(rows.slice(at, at + size));
  return batches;
}
