import {
  type Checkpoint,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  compareWritesSortKeys,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../errors/errors.js";
import { configOf, type NamespaceKey } from "../input/config.js";
import { PLAINTEXT_REFUSED } from "../serializer/encrypt.js";
import type { Serializer, ValuePlace, WritePlace } from "../serializer/types.js";
import { decode, decodeMetadata } from "../serializer/values.js";
import type { TupleRow } from "../sql/read/tuple.js";
import type { Parts } from "./parts.js";
import { adoptSends } from "./pending-sends.js";
import { withoutRun } from "./run.js";

type WriteRow = Pick<TupleRow, "path" | "task" | "idx">;

/** The order in which LangGraph applied the writes: path, task and index, strings by code point. */
export function compareWrites(a: WriteRow, b: WriteRow): number {
  return compareWritesSortKeys(sortKey(a), sortKey(b));
}

function sortKey(row: WriteRow) {
  return writesSortKey(row.path, row.task, row.idx);
}

/** Name of a stored value for error messages: identifiers only, never the value. */
export function describe(
  row: Pick<TupleRow, "channel">,
  checkpointId: string,
  threadId: string,
): string {
  return `channel "${row.channel}" of checkpoint "${checkpointId}" in thread "${threadId}"`;
}

/**
 * The stored form of a value, put together from what it shares with others. A null blob of a type other
 * than `empty` is a value of no bytes.
 *
 * @throws SerializationError naming the value if some of it is missing
 */
export function storedData(
  row: Pick<TupleRow, "json" | "bytes" | "segments">,
  parts: Parts,
  thread: string,
  where: string,
) {
  try {
    return parts.valueOf(row, thread);
  } catch (cause) {
    if (!(cause instanceof SerializationError)) throw cause;
    throw new SerializationError(`Can't read ${where}. ${cause.message}`, { cause });
  }
}

export function placeOfValue(
  { channel, version }: Pick<TupleRow, "channel" | "version">,
  { threadId, checkpointNs }: NamespaceKey,
): ValuePlace {
  return { kind: "value", threadId, checkpointNs, channel, version };
}

export function groupBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** A checkpoint of a namespace. */
type OwnerKey = NamespaceKey & { readonly checkpointId: string };

/** @param checkpoint the one that the write belongs to */
export async function decodeWrite(
  serde: Serializer,
  row: Omit<TupleRow, "kind" | "thread" | "namespace" | "parent" | "metadata" | "put">,
  checkpoint: OwnerKey,
): Promise<CheckpointPendingWrite> {
  const { channel, task: taskId, idx } = row;
  const where = describe(row, checkpoint.checkpointId, checkpoint.threadId);
  const place: WritePlace = { kind: "write", ...checkpoint, channel, taskId, idx };
  const data = row.json ?? row.bytes ?? new Uint8Array();
  return [taskId, channel, await decode(serde, row.type, data, where, place)];
}

/** Decodes the writes of a checkpoint in the order in which LangGraph applied them. */
function decodeWrites(
  serde: Serializer,
  rows: readonly TupleRow[],
  checkpoint: OwnerKey,
): Promise<CheckpointPendingWrite[]> {
  return Promise.all(
    [...rows].sort(compareWrites).map((row) => decodeWrite(serde, row, checkpoint)),
  );
}

/** The rows of one checkpoint, and how to get the values of the channel versions it refers to. */
export interface TupleParts {
  readonly checkpoint: TupleRow;
  readonly writes: readonly TupleRow[];
  /** Pending sends of the parent; empty but for checkpoints older than format 4. */
  readonly sends: readonly TupleRow[];
  /** The value of a channel at a version; undefined where none is stored. */
  value(channel: string, version: string): Promise<{ readonly value: unknown } | undefined>;
}

/** What the caller asked for; undefined where any may come. */
export type Asked = { readonly [Key in keyof NamespaceKey]: NamespaceKey[Key] | undefined };

/**
 * @param asked names the tuple, so that what is done next is done to the thread that was asked for
 * @param nextVersion the saver's `getNextVersion`, for old checkpoints that have sends but no versions
 * @throws SerializationError naming thread, checkpoint and channel of an unreadable value
 */
export async function toTuple(
  parts: TupleParts,
  serde: Serializer,
  asked: Asked,
  nextVersion: () => number,
): Promise<CheckpointTuple> {
  const { thread: threadId, namespace: checkpointNs, ...row } = parts.checkpoint;
  const key = { threadId, checkpointNs };
  const checkpointId = row.id;
  const [checkpoint, pendingWrites, sends, metadata] = await Promise.all([
    toCheckpoint(parts, serde),
    decodeWrites(serde, parts.writes, { ...key, checkpointId }),
    decodeWrites(serde, parts.sends, { ...key, checkpointId: row.parent ?? "" }),
    decodeMetadata(row.metadata ?? "{}", `checkpoint "${checkpointId}" in thread "${threadId}"`),
  ]);
  if (sends.length > 0) adoptSends(checkpoint, sends, nextVersion);
  const named = {
    threadId: asked.threadId ?? threadId,
    checkpointNs: asked.checkpointNs ?? checkpointNs,
  };
  return {
    config: configOf({ ...named, checkpointId }),
    checkpoint,
    metadata: withoutRun(metadata),
    parentConfig:
      row.parent === null ? undefined : configOf({ ...named, checkpointId: row.parent }),
    pendingWrites,
  };
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Python keeps small values inside the checkpoint; a blob of the same channel goes before them. */
async function toCheckpoint(
  { checkpoint: row, value }: TupleParts,
  serde: Serializer,
): Promise<Checkpoint> {
  const stored = JSON.parse(row.json ?? "{}") as Checkpoint;
  const versions: unknown = stored?.channel_versions ?? {};
  if (!isRecord(versions)) {
    throw new SerializationError(
      `Can't read checkpoint "${row.id}" in thread "${row.thread}": its channel versions are damaged.`,
    );
  }
  const inlined = Object.entries(stored.channel_values ?? {});
  const [first] = inlined;
  if (first !== undefined && serde.plaintext === "refused") {
    const where = describe({ channel: first[0] }, row.id, row.thread);
    throw new SerializationError(`Can't read ${where}. ${PLAINTEXT_REFUSED}`);
  }
  const values = await Promise.all(
    Object.entries(versions).map(async ([channel, version]) => {
      const found = await value(channel, String(version));
      return found === undefined ? [] : [[channel, found.value] as const];
    }),
  );
  return {
    ...stored,
    channel_versions: versions as Checkpoint["channel_versions"],
    versions_seen: stored.versions_seen ?? {},
    // fromEntries defines properties, so that a channel named "__proto__" is one like any other.
    channel_values: Object.fromEntries([...inlined, ...values.flat()]),
  };
}
