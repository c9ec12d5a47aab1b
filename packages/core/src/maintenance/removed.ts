import type { RemovedRow } from "../sql/remove/removed.js";

/** What was removed, or with `dryRun` would be. */
export interface Removed {
  /** How many checkpoints. */
  readonly checkpoints: number;
  /** How many stored channel values. */
  readonly blobs: number;
  /** How many pending writes. */
  readonly writes: number;
  /** Stored size of the removed values, checkpoints and metadata, in bytes. */
  readonly bytes: number;
  /** Checkpoints that were old enough, but stay because others need them or a run can resume from them. */
  readonly kept: number;
}

export const NOTHING: Removed = { checkpoints: 0, blobs: 0, writes: 0, bytes: 0, kept: 0 };

export function removedOf([row]: readonly RemovedRow[]): Removed {
  if (row === undefined) return NOTHING;
  const { checkpoints, blobs, writes, size, kept } = row;
  return { checkpoints, blobs, writes, bytes: Number(size), kept };
}

/** Of one thread and another. */
export function addThread(a: Removed, b: Removed): Removed {
  return {
    checkpoints: a.checkpoints + b.checkpoints,
    blobs: a.blobs + b.blobs,
    writes: a.writes + b.writes,
    bytes: a.bytes + b.bytes,
    kept: a.kept + b.kept,
  };
}
