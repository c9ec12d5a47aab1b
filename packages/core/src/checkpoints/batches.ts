import type { Statement } from "../driver/driver.js";
import type { Catalogue } from "../sql/catalogue.js";
import { byChannelAndVersion, MAX_BLOBS, type PutInput } from "../sql/write/put.js";
import { MAX_WRITES, type PutWritesInput } from "../sql/write/put-writes.js";

/** Statements that store a checkpoint and its blobs; beyond 13,105 blobs several, which belong in one transaction. */
export function putAll(sql: Catalogue, input: PutInput, requireParent: boolean): Statement[] {
  const batches = batchesOf([...input.blobs].sort(byChannelAndVersion), MAX_BLOBS);
  const last = batches.pop() ?? [];
  const before = batches.map((blobs) => sql.putBlobs({ ...input, blobs }, requireParent));
  return [...before, sql.put({ ...input, blobs: last }, requireParent)];
}

/** Statements that store writes: none for no writes, several beyond 13,105, which belong in one transaction. */
export function putAllWrites(
  sql: Catalogue,
  input: PutWritesInput,
  requireCheckpoint: boolean,
): Statement[] {
  const sorted = [...input.writes].sort((a, b) => a.idx - b.idx);
  return batchesOf(sorted, MAX_WRITES).map((writes) =>
    sql.putWrites({ ...input, writes }, requireCheckpoint),
  );
}

function batchesOf<Row>(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = [];
  for (let at = 0; at < rows.length; at += size) batches.push(rows.slice(at, at + size));
  return batches;
}
