import type { CheckpointPendingWrite, DeltaChannelHistory } from "@langchain/langgraph-checkpoint";
import type { NamespaceKey } from "../input/config.js";
import type { Serializer } from "../serializer/types.js";
import { decode } from "../serializer/values.js";
import type { DeltaRow } from "../sql/read/delta-history.js";
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
  key: NamespaceKey,
): Promise<Record<string, DeltaChannelHistory>> {
  const ofKind = (kind: DeltaRow["kind"]) => rows.filter((row) => row.kind === kind);
  const writes = groupBy(ofKind("write"), (row) => row.channel);
  const parts = new Parts(ofKind("part"));
  const seeds = new Map(ofKind("seed").map((row) => [row.channel, row]));

  const historyOf = async (channel: string): Promise<DeltaChannelHistory> => {
    const decoded = await decodeAll(serde, writes.get(channel) ?? [], key);
    const seed = seeds.get(channel);
    if (seed === undefined) return { writes: decoded };
    const where = describe(seed, seed.id, key.threadId);
    const data = storedData(seed, parts, key.threadId, where);
    const value = await decode(serde, seed.type, data, where, placeOfValue(seed, key));
    return { writes: decoded, seed: value };
  };
  const histories = channels.map(async (channel) => [channel, await historyOf(channel)] as const);
  return Object.fromEntries(await Promise.all(histories));
}

/** A channel's writes, those of the oldest ancestor first; each once, where the ancestors go round. */
function decodeAll(
  serde: Serializer,
  rows: readonly DeltaRow[],
  key: NamespaceKey,
): Promise<CheckpointPendingWrite[]> {
  const depths = new Map<string, number>();
  for (const { id, depth } of rows) {
    depths.set(id, Math.min(depth, depths.get(id) ?? depth));
  }
  const writes = rows
    .filter(({ id, depth }) => depths.get(id) === depth)
    .sort((a, b) => b.depth - a.depth || compareWrites(a, b));
  return Promise.all(
    writes.map((row) => decodeWrite(serde, row, { ...key, checkpointId: row.id })),
  );
}
