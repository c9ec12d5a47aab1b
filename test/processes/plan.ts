import type { DriverName } from "../adapters.ts";

/** What the processes of a round do, and to which threads. */
export interface WorkerPlan {
  readonly driver: DriverName;
  readonly url: string;
  readonly schema: string;
  /** How much its saver remembers; by default as much as usual. */
  readonly cacheBytes?: number;
  readonly notes: string;
  /** Among all processes of the round, also those that were killed. */
  readonly name: string;
  readonly seed: number;
  /** The thread that no other process deletes. */
  readonly renews?: string;
  /** Whether connections and the server are lost: such errors are expected then. */
  readonly rough: boolean;
}

/**
 * How a process ends where postgres.js 3.4.9 throws what nobody can catch, as it does where a connection
 * is lost that was reserved. It is one more process that ends in the middle of its work.
 */
export const BROKEN_BY_DRIVER = 3;

/** Nothing is removed from these but runs, by those who stored them. */
export const KEPT = ["kept 1", "kept 2"];
/** All prune these, and keep so many. */
export const PRUNED = ["pruned 1", "pruned 2"];
export const KEEP_LAST = 5;
/** Each is deleted and begun anew, by one process. */
export const RENEWED = ["renewed 1", "renewed 2"];
/** It is copied over others, and never changed. */
export const TEMPLATE = "template";
