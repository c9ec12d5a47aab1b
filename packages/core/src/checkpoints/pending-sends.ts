import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointPendingWrite,
  maxChannelVersion,
  TASKS,
} from "@langchain/langgraph-checkpoint";

export type NextVersion = (current?: number) => number;

/** Before format 4, sends were kept as writes of the parent; since then they are a channel. */
export function adoptSends(
  checkpoint: Checkpoint,
  sends: readonly CheckpointPendingWrite[],
  nextVersion: NextVersion,
): void {
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_values[TASKS] = sends.map(([, , value]) => value);
  checkpoint.channel_versions[TASKS] =
    versions.length > 0 ? maxChannelVersion(...versions) : nextVersion();
}

interface Passed {
  readonly checkpoint: Checkpoint;
  readonly newVersions: ChannelVersions;
}

/**
 * What was passed to `put`, with the pending sends among what is new. Those that were adopted are stored
 * nowhere, though LangGraph, which takes them over into a checkpoint of format 4, has a version for them
 * that it never calls new. Another checkpoint may have adopted others under the same number, so they get
 * one of their own; a fraction tells that a version has been one of ours before.
 */
export function withSends({ checkpoint, newVersions }: Passed, nextVersion: NextVersion): Passed {
  const sends = checkpoint.channel_values?.[TASKS];
  const version = checkpoint.channel_versions?.[TASKS];
  if (version === undefined || Object.hasOwn(newVersions ?? {}, TASKS))
    return { checkpoint, newVersions };
  if (!Array.isArray(sends) || sends.length === 0) return { checkpoint, newVersions };
  const own = Number.isInteger(version) ? nextVersion(version as number) : version;
  const channel_versions = { ...checkpoint.channel_versions, [TASKS]: own };
  return {
    checkpoint: { ...checkpoint, channel_versions },
    newVersions: { ...newVersions, [TASKS]: own },
  };
}
