import { bytes, number } from "./units.ts";

/** What was removed, as the savers say it. */
interface Removed {
  readonly checkpoints: number;
  readonly blobs: number;
  readonly writes: number;
  readonly bytes: number;
  readonly kept: number;
  readonly threads?: number;
  /** Threads that were removed whole. */
  readonly deleted?: number;
}

export function removedLine(removed: Removed, json: boolean, dryRun: boolean): string {
  if (json) return JSON.stringify({ ...removed, dryRun });
  const { checkpoints, blobs, writes, kept, threads, deleted = 0 } = removed;
  const of = threads === undefined ? "" : ` of ${number(threads)} threads`;
  const whole = deleted === 0 ? "" : `${number(deleted)} whole threads: `;
  const stay = kept === 0 ? "" : `; ${number(kept)} old ones stay, as others need them`;
  const what = `${whole}${number(checkpoints)} checkpoints${of}, ${number(blobs)} values and ${number(writes)} writes`;
  return `${dryRun ? "Would remove" : "Removed"} ${what}, ${bytes(removed.bytes)}${stay}.`;
}
