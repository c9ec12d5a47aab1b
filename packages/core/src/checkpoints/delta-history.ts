import type { CheckpointPendingWrite, DeltaChannelHistory } from "@langchain/langgraph-checkpoint";
import type { Serializer } from "../serializer/types.js";
import { decode } from "../serializer/values.js";
import { type AncestorWriteRow, type DeltaRow, ofKind } from "../sql/read/rows.js";
import { Parts } from "./parts.js";
import { compareWrites, decodeWrite, describe, groupBy, placeOfValue, storedData } from "./rows.js";

/**
 * Orders the rows of a walk into each channel's history: writes from the oldest ancestor to the
 * newest, and the stored value the channel starts from.
 */
export async function toDeltaHistory(
  rows: readonly DeltaRow[],
  channels: readonly string[],
  serde: Serializer,
): Promise<Record<string, DeltaChannelHistory>> {
  const writes = groupBy(ofKind(rows, "write"), (row) => row.channel);
  const parts = new Parts(ofKind(rows, "part"));
  const seeds = new Map(ofKind(rows, "seed").map((row) => [row.channel, row]));

  const historyOf = async (channel: string): Promise<DeltaChannelHistory> => {
    const decoded = await decodeAll(serde, writes.get(channel) ?? []);
    const seed = seeds.get(channel);
    if (seed === undefined) return { writes: decoded };
    const where = describe(seed, seed.checkpointId, seed.threadId);
    const data = storedData(seed, parts, seed.threadId, where);
    const value = await decode(serde, seed.type, data, where, placeOfValue(seed));
    return { writes: decoded, seed: value };
  };
  const histories = channels.map(async (channel) => [channel, await historyOf(channel)] as const);
  return Object.fromEntries(await Promise.all(histories));
}

/** A channel's writes, those of the oldest ancestor first; each once, where the ancestors go round. */
function decodeAll(
  serde: Serializer,
  rows: readonly AncestorWriteRow[],
): Promise<CheckpointPendingWrite[]> {
  const depths = new Map<string, number>();
  for (const { checkpointId, depth } of rows) {
    depths.set(checkpointId, Math.min(depth, depths.get(checkpointId) ?? depth));
  }
  const writes = rows
    .filter(({ checkpointId, depth }) => depths.get(checkpointId) === depth)
    .sort((a, b) => b.depth - a.depth || compareWrites(a, b));
  return Promise.all(writes.map((write) => decodeWrite(serde, write)));
}
