import type { RemovedRow } from "../sql/remove/removed.js";

/** What was removed, or would be. */
export interface Removed {
  readonly checkpoints: number;
  /** Stored channel values. */
  readonly blobs: number;
  readonly writes: number;
  /** Size of the removed values, checkpoints and metadata as they were stored, in bytes. */
  readonly bytes: number;
  /** Checkpoints that were old enough to go, but that others need, or that can be resumed. */
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
