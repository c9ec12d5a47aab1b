import type { DeltaChannelHistory } from "@langchain/langgraph-checkpoint";
import type { NamespaceKey } from "./config.js";
import { decodeWrites, describe, groupBy, placeOfValue, storedData } from "./rows.js";
import type { Serializer } from "./serializer/types.js";
import { decode } from "./serializer/values.js";
import type { DeltaRow } from "./sql/delta-history.js";
import type { TupleRow } from "./sql/tuple.js";
import { Parts } from "./storage/parts.js";

/**
 * Orders the rows of a walk into each channel's history: writes from the oldest ancestor to the
 * newest, and the stored value the channel starts from.
 */
export async function toDeltaHistory(
  rows: readonly DeltaRow[],
  channels: readonly string[],
  serde: Serializer,
  { threadId, checkpointNs }: NamespaceKey,
): Promise<Record<string, DeltaChannelHistory>> {
  const oldestFirst = ancestors(rows).reverse();
  const seeds = rows.filter((row) => row.kind === "seed");
  const writes = rows.filter((row) => row.kind === "write") as unknown as TupleRow[];

  const parts = new Parts(rows.filter((row) => row.kind === "part"));

  const historyOf = async (channel: string): Promise<DeltaChannelHistory> => {
    const own = groupBy(
      writes.filter((row) => row.channel === channel),
      (row) => row.id,
    );
    const decoded = await Promise.all(
      oldestFirst.map((checkpointId) => {
        const checkpoint = { threadId, checkpointNs, checkpointId };
        return decodeWrites(serde, own.get(checkpointId) ?? [], checkpoint);
      }),
    );
    const seed = seeds.find((row) => row.channel === channel);
    if (seed === undefined) return { writes: decoded.flat() };
    const where = describe(seed, seed.id, threadId);
    const place = placeOfValue(seed, { threadId, checkpointNs });
    const data = storedData(seed, parts, threadId, where);
    const value = await decode(serde, seed.type, data, where, place);
    return { writes: decoded.flat(), seed: value };
  };
  const histories = channels.map(async (channel) => [channel, await historyOf(channel)] as const);
  return Object.fromEntries(await Promise.all(histories));
}

/** Ids of the target's ancestors, the nearest first. A cycle ends where it closes. */
function ancestors(rows: readonly DeltaRow[]): string[] {
  const steps = new Map(
    rows.filter((row) => row.kind === "step").map((row) => [row.id, row.parent]),
  );
  const path = new Set<string>();
  let current = rows.find((row) => row.kind === "target")?.parent;
  while (typeof current === "string" && steps.has(current) && !path.has(current)) {
    path.add(current);
    current = steps.get(current);
  }
  return [...path];
}
