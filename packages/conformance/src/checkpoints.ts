import {
  type Checkpoint,
  type CheckpointMetadata,
  emptyCheckpoint,
  uuid6,
} from "@langchain/langgraph-checkpoint";
import type { Saver } from "./mode.ts";

export const METADATA: CheckpointMetadata = { source: "loop", step: 0, parents: {} };

/** A checkpoint with values, each at the version given, or a new one. */
export function checkpoint(
  values: Record<string, unknown>,
  versions: Record<string, number> = versionsFor(values),
): Checkpoint {
  return {
    ...emptyCheckpoint(),
    id: uuid6(0),
    channel_values: values,
    channel_versions: versions,
  };
}

let version = 0;

function versionsFor(values: Record<string, unknown>): Record<string, number> {
  version += 1;
  return Object.fromEntries(
    Object.keys(values).map((channel) => [channel, version + Math.random()]),
  );
}

/** Puts a row of checkpoints, each the parent of the next; `values` makes those of each step. */
export async function putChain(
  saver: Saver,
  threadId: string,
  length: number,
  values: (step: number) => Record<string, unknown>,
) {
  let config = {
    configurable: { thread_id: threadId, checkpoint_ns: "" } as Record<string, string>,
  };
  const configs = [];
  let versions: Record<string, number> = {};
  for (let step = 0; step < length; step++) {
    const changed = values(step);
    const added = versionsFor(changed);
    versions = { ...versions, ...added };
    const next = await saver.put(
      config,
      checkpoint(changed, versions),
      { ...METADATA, step },
      added,
    );
    config = next as typeof config;
    configs.push(config);
  }
  return configs;
}
