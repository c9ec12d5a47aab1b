import type { NamespaceKey } from "../../input/config.js";
import { readSegments } from "../../sharing/segments.js";
import type { DeltaColumns } from "./delta-history.js";
import type {
  CheckedRow,
  DeltaRow,
  PartRow,
  RawRow,
  StoredData,
  StoredWrite,
  TupleRow,
} from "./rows.js";
import type { TupleColumns } from "./tuple.js";
import type { CheckedColumns } from "./verify.js";

export function parseTupleRow(row: TupleColumns): TupleRow {
  const { thread: threadId, namespace: checkpointNs } = row;
  const key = { threadId, checkpointNs };
  switch (row.kind) {
    case "checkpoint":
      return {
        ...{ kind: row.kind, ...key, checkpointId: row.id, parentId: row.parent },
        position: row.idx,
        checkpoint: row.json ?? "{}",
        metadata: row.metadata ?? "{}",
      };
    case "blob":
      return { kind: row.kind, ...blobKey(row, key), ...dataOf(row), putId: row.put ?? undefined };
    case "known":
      return { kind: row.kind, ...blobKey(row, key) };
    case "part":
      return parsePart(row, threadId);
    case "write":
      return { kind: row.kind, ...writeOf(row, key) };
    case "send": {
      const { checkpointId: receiverId, ...write } = writeOf(row, key);
      return { kind: row.kind, ...write, receiverId };
    }
  }
}

/** @param key of all rows */
export function parseDeltaRow(row: DeltaColumns, key: NamespaceKey): DeltaRow {
  switch (row.kind) {
    case "seed":
      return { kind: row.kind, ...blobKey(row, key), ...dataOf(row), checkpointId: row.id };
    case "part":
      return parsePart(row, key.threadId);
    case "write":
      return { kind: row.kind, ...writeOf(row, key), depth: row.depth };
  }
}

export function parseCheckedRow(row: CheckedColumns, threadId: string): CheckedRow {
  const key = { threadId, checkpointNs: row.namespace };
  switch (row.kind) {
    case "blob":
      return { kind: row.kind, ...blobKey(row, key), ...dataOf(row), position: row.idx };
    case "part":
      return parsePart(row, threadId);
    case "write":
      return { kind: row.kind, ...writeKey(row, key), ...dataOf(row) };
  }
}

/** Bytes that values share. */
export type PartColumns = Pick<RawRow, "version" | "idx" | "bytes"> & Partial<Pick<RawRow, "json">>;

/** Where bytes are missing, so is their number, and the stretch is empty. */
export function parsePart({ version, idx, ...row }: PartColumns, threadId: string): PartRow {
  const from = Number(version);
  return { kind: "part", threadId, from, to: from + idx, data: row.json ?? row.bytes ?? "" };
}

/** A null blob of a type other than `empty` is a value of no bytes. */
export function dataOf(
  row: Pick<RawRow, "type" | "bytes" | "segments"> & Partial<Pick<RawRow, "json">>,
): StoredData {
  const data = row.json ?? row.bytes ?? new Uint8Array();
  return { type: row.type, data, segments: readSegments(row.segments) };
}

const blobKey = ({ channel, version }: Pick<RawRow, "channel" | "version">, key: NamespaceKey) => ({
  ...key,
  channel,
  version,
});

const writeKey = (row: Pick<RawRow, "id" | "channel" | "task" | "idx">, key: NamespaceKey) => ({
  ...key,
  checkpointId: row.id,
  channel: row.channel,
  taskId: row.task,
  idx: row.idx,
});

function writeOf(
  row: Pick<RawRow, "id" | "channel" | "task" | "path" | "idx" | "type" | "json" | "bytes">,
  key: NamespaceKey,
): StoredWrite {
  const { type, data } = dataOf({ ...row, segments: null });
  return { ...writeKey(row, key), taskPath: row.path, type, data };
}
