import { WaypostError } from "../errors.js";
import type { RemovedRow } from "../sql/removed.js";

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

/** @throws WaypostError where a statement would not see what was stored before it began */
export function checkIsolation({ isolation }: { readonly isolation: string }): void {
  if (isolation === "read committed") return;
  throw new WaypostError(
    "WAYPOST_ISOLATION",
    `Checkpoints can be removed safely only at isolation level "read committed", but the transaction is "${isolation}"; set that for it, or for the database.`,
  );
}

export const NOTHING: Removed = { checkpoints: 0, blobs: 0, writes: 0, bytes: 0, kept: 0 };

export function removedOf([row]: readonly RemovedRow[]): Removed {
  if (row === undefined) return NOTHING;
  const { size, ...removed } = row;
  return { ...removed, bytes: Number(size) };
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
