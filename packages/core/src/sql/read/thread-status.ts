import type { Tables } from "../../schema/identifiers.js";
import { sql } from "../text.js";

/** What became of a thread's run, as far as its newest checkpoint and its run lock tell. */
export type ThreadStatus = "idle" | "interrupted" | "failed" | "running";

/**
 * One row with the status. A task that has ended well since then has writes with an index of 0 or more, which the
 * error or question of its last try does not.
 *
 * @param checkpoint condition that selects the writes of the thread's newest checkpoint
 * @param isRunning expression: whether a run holds the thread's lock
 */
export const statusOf = (
  tables: Tables,
  checkpoint: string,
  isRunning: string,
): string => sql`SELECT CASE
  WHEN ${isRunning} THEN 'running'
  WHEN pg_catalog.bool_or(w.failed) THEN 'failed'
  WHEN pg_catalog.bool_or(w.asks) THEN 'interrupted'
  ELSE 'idle'
END AS status
FROM (
  SELECT pg_catalog.bool_or(channel = '__error__') AS failed,
    pg_catalog.bool_or(channel = '__interrupt__') AS asks
  FROM ${tables.writes} WHERE ${checkpoint}
  GROUP BY task_id HAVING pg_catalog.max(idx) < 0
) w`;
