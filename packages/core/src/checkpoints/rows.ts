import {
  type Checkpoint,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  compareWritesSortKeys,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../errors/errors.js";
import { shown, threadName } from "../errors/names.js";
import { configOf, type NamespaceKey } from "../input/config.js";
import { PLAINTEXT_REFUSED } from "../serializer/sealer.js";
import type { Serializer, ValuePlace, WritePlace } from "../serializer/types.js";
import { decode, decodeMetadata } from "../serializer/values.js";
import type {
  BlobKey,
  CheckpointRow,
  SendRow,
  StoredData,
  StoredWrite,
  WriteKey,
  WriteRow,
} from "../sql/read/rows.js";
import type { Parts } from "./parts.js";
import { adoptSends } from "./pending-sends.js";
import { withoutRunMetadata } from "./run-metadata.js";

type WriteOrder = Pick<StoredWrite, "taskPath" | "taskId" | "idx">;

/** The order in which LangGraph applied the writes: path, task and index, strings by code point. */
export function compareWrites(a: WriteOrder, b: WriteOrder): number {
  return compareWritesSortKeys(sortKey(a), sortKey(b));
}

function sortKey({ taskPath, taskId, idx }: WriteOrder) {
  return writesSortKey(taskPath, taskId, idx);
}

/** Name of a stored value for error messages: identifiers only, never the value. */
export function describe(
  { channel }: Pick<BlobKey, "channel">,
  checkpointId: string,
  threadId: string,
): string {
  return `channel "${shown(channel)}" of checkpoint "${shown(checkpointId)}" in ${threadName(threadId)}`;
}

/**
 * The stored form of a value, put together from what it shares with others.
 *
 * @throws SerializationError naming the value if some of it is missing
 */
export function storedData(row: StoredData, parts: Parts, threadId: string, where: string) {
  try {
    return parts.valueOf(row, threadId);
  } catch (cause) {
    if (!(cause instanceof SerializationError)) throw cause;
    throw new SerializationError(`Can't read ${where}. ${cause.message}`, { cause });
  }
}

export function placeOfValue({ threadId, checkpointNs, channel, version }: BlobKey): ValuePlace {
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

export function placeOfWrite(write: WriteKey): WritePlace {
  const { threadId, checkpointNs, checkpointId, channel, taskId, idx } = write;
  return { kind: "write", threadId, checkpointNs, checkpointId, channel, taskId, idx };
}

export async function decodeWrite(
  serde: Serializer,
  write: StoredWrite,
): Promise<CheckpointPendingWrite> {
  const { threadId, checkpointId, channel, taskId, type, data } = write;
  const where = describe(write, checkpointId, threadId);
  return [taskId, channel, await decode(serde, type, data, where, placeOfWrite(write))];
}

/** Decodes the writes of a checkpoint in the order in which LangGraph applied them. */
function decodeWrites(
  serde: Serializer,
  writes: readonly StoredWrite[],
): Promise<CheckpointPendingWrite[]> {
  return Promise.all([...writes].sort(compareWrites).map((write) => decodeWrite(serde, write)));
}

/** The rows of one checkpoint, and how to get the values of the channel versions it refers to. */
export interface TupleParts {
  readonly checkpoint: CheckpointRow;
  readonly writes: readonly WriteRow[];
  /** Pending sends of the parent; empty but for checkpoints older than format 4. */
  readonly sends: readonly SendRow[];
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
  const { threadId, checkpointNs, checkpointId, parentId, metadata: json } = parts.checkpoint;
  const sent = parts.sends.map((send) => ({ ...send, checkpointId: parentId ?? "" }));
  const [checkpoint, pendingWrites, sends, metadata] = await Promise.all([
    toCheckpoint(parts, serde),
    decodeWrites(serde, parts.writes),
    decodeWrites(serde, sent),
    decodeMetadata(json, `checkpoint "${shown(checkpointId)}" in ${threadName(threadId)}`),
  ]);
  if (sends.length > 0) adoptSends(checkpoint, sends, nextVersion);
  const named = {
    threadId: asked.threadId ?? threadId,
    checkpointNs: asked.checkpointNs ?? checkpointNs,
  };
  return {
    config: configOf({ ...named, checkpointId }),
    checkpoint,
    metadata: withoutRunMetadata(metadata),
    parentConfig: parentId === null ? undefined : configOf({ ...named, checkpointId: parentId }),
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
  const stored = JSON.parse(row.checkpoint) as Checkpoint;
  const versions: unknown = stored?.channel_versions ?? {};
  if (!isRecord(versions)) {
    throw new SerializationError(
      `Can't read checkpoint "${shown(row.checkpointId)}" in ${threadName(row.threadId)}: its channel versions are damaged.`,
    );
  }
  const inlined = Object.entries(stored.channel_values ?? {});
  const [first] = inlined;
  if (first !== undefined && serde.plaintext === "refused") {
    const where = describe({ channel: first[0] }, row.checkpointId, row.threadId);
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
