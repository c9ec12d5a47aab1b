import type { Queryable, Statement } from "../driver/driver.js";
import { WaypostError } from "../errors/errors.js";
import type { LockRow } from "../sql/locks/maintenance-lock.js";
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

/** @throws WaypostError where a statement would not see what was stored before it began */
export function checkIsolation({ isolation }: { readonly isolation: string }): void {
  if (isolation === "read committed") return;
  throw new WaypostError(
    "WAYPOST_ISOLATION",
    `Nothing was done: it takes the isolation level "read committed" to see what others store and remove meanwhile, but the transaction is "${isolation}"; set that for it, or for the database.`,
  );
}

/**
 * Takes the thread's lock for what depends on it.
 *
 * @returns false where somebody else has it and it was not waited for
 * @throws WaypostError at an isolation level at which the next statement would not see more than this one
 */
export async function takeLock(tx: Queryable, lock: Statement): Promise<boolean> {
  const [row] = await tx.query<LockRow>(lock);
  if (row === undefined) return false;
  checkIsolation(row);
  return row.free;
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
