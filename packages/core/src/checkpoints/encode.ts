import {
  type ChannelVersions,
  type Checkpoint,
  type PendingWrite,
  WRITES_IDX_MAP,
} from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { shown } from "../errors/names.js";
import { assertText, type NamespaceKey } from "../input/config.js";
import { jsonText } from "../serializer/json.js";
import type { Serializer, ValuePlace, WritePlace } from "../serializer/types.js";
import { encode } from "../serializer/values.js";
import type { BlobRow } from "../sql/write/put.js";
import type { WriteRow } from "../sql/write/put-writes.js";
import { encodeComparable } from "./piece-plan.js";
import { encodeTracked, type IsUntracked, type Updates } from "./untracked.js";

/**
 * The changed channels as rows. A channel that has a new version but no value has become empty.
 *
 * @throws InvalidInputError for a channel or version that can't be stored
 * @throws SerializationError naming the channel whose value the serializer refuses
 */
export function encodeBlobs(
  serde: Serializer,
  { threadId, checkpointNs }: NamespaceKey,
  values: Checkpoint["channel_values"],
  newVersions: ChannelVersions,
  isUntracked: IsUntracked,
): Promise<BlobRow[]> {
  const rows = Object.entries(newVersions).map(async ([name, newVersion]): Promise<BlobRow> => {
    const channel = assertText(name, "channel");
    const version = versionText(newVersion, channel);
    if (!Object.hasOwn(values, name))
      return { channel, version, type: "empty", text: null, bytes: null };
    const place: ValuePlace = { kind: "value", threadId, checkpointNs, channel, version };
    const stored = await encodeTracked(channel, values[name], isUntracked, (value) =>
      encodeComparable(serde, value, `channel "${shown(channel)}"`, place),
    );
    return { channel, version, ...stored };
  });
  return Promise.all(rows);
}

/** Writes as rows; of special writes to one channel the last counts, as there is one place for them. */
export async function encodeWrites(
  serde: Serializer,
  task: Omit<WritePlace, "kind" | "channel" | "idx">,
  writes: readonly PendingWrite[],
  taskPath: string,
  updates: Updates,
): Promise<WriteRow[]> {
  const rows = await Promise.all(
    writes.map(async ([name, value], position): Promise<WriteRow | undefined> => {
      const channel = assertText(name, "channel");
      const idx = Object.hasOwn(WRITES_IDX_MAP, channel)
        ? (WRITES_IDX_MAP[channel] as number)
        : position;
      const place: WritePlace = { kind: "write", ...task, channel, idx };
      const stored = await updates.encodeWrite(task, taskPath, [channel, value], (part) =>
        encode(serde, part, `a write to channel "${shown(channel)}"`, place),
      );
      return stored && { idx, channel, ...stored };
    }),
  );
  const kept = rows.filter((row) => row !== undefined);
  return [...new Map(kept.map((row) => [row.idx, row])).values()];
}

/** The checkpoint without its values, which are rows of their own. */
export function encodeCheckpoint(checkpoint: Checkpoint): { id: string; json: string } {
  const { channel_values: _, ...stored } = checkpoint;
  const id = assertText(stored.id, "checkpoint.id");
  if (id === "") throw new InvalidInputError('"checkpoint.id" must not be empty.');
  return { id, json: jsonText(JSON.stringify(stored), "checkpoint") };
}

/**
 * A version as the server prints it when it reads the checkpoint's JSON: the two must be equal, or
 * the value is not found again. Numbers in exponent notation would differ.
 */
function versionText(version: number | string, channel: string): string {
  const field = `version of channel "${shown(channel)}"`;
  if (typeof version === "string") return assertText(version, field);
  const printed = String(version);
  if (!/^-?\d+(\.\d+)?$/.test(printed)) {
    throw new InvalidInputError(`The ${field} must be a string or a number of ordinary size.`);
  }
  return printed;
}
