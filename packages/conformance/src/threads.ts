import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { collect } from "./graphs.ts";
import type { Saver } from "./mode.ts";

/** How many rows a thread has in each table. */
export async function rowsOf(saver: Saver, threadId: string) {
  const all = await saver.prune([threadId], { strategy: "delete", dryRun: true });
  return { checkpoints: all.checkpoints, blobs: all.blobs, writes: all.writes };
}

/** A checkpoint with all that can be read of it: values, pending writes, and what delta channels hold. */
export interface Reading {
  readonly tuple: CheckpointTuple;
  readonly history: object;
}

/** Everything that can be read of a thread, by namespace and id. */
export async function readAll(saver: Saver, threadId: string): Promise<Map<string, Reading>> {
  const readings = new Map<string, Reading>();
  for (const tuple of await collect(saver.list({ configurable: { thread_id: threadId } }))) {
    const { checkpoint, config, metadata } = tuple;
    const counters = (metadata as { counters_since_delta_snapshot?: object })
      .counters_since_delta_snapshot;
    const channels = Object.keys(counters ?? {}).filter(
      (channel) =>
        Object.hasOwn(checkpoint.channel_versions, channel) &&
        !Object.hasOwn(checkpoint.channel_values, channel),
    );
    const history = await saver.getDeltaChannelHistory({ config, channels });
    readings.set(`${config.configurable?.checkpoint_ns} ${checkpoint.id}`, { tuple, history });
  }
  return readings;
}

/** Values that a thread's checkpoints refer to, each counted once; sends of an old format are none. */
export function referredValues(readings: ReadonlyMap<string, Reading>): number {
  const values = [...readings.values()].flatMap(({ tuple: { checkpoint, config } }) =>
    Object.entries(checkpoint.channel_versions)
      .filter(([channel]) => checkpoint.v >= 4 || channel !== "__pregel_tasks")
      .map(([channel, version]) =>
        JSON.stringify([config.configurable?.checkpoint_ns, channel, version]),
      ),
  );
  return new Set(values).size;
}
