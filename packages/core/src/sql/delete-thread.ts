import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { removedWhole } from "./removed.js";
import { template } from "./template.js";

/** Deletes all namespaces of a thread at once. */
export function deleteThreadStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`WITH blobs AS (
  DELETE FROM ${tables.blobs} WHERE thread_id = $1::text
), writes AS (
  DELETE FROM ${tables.writes} WHERE thread_id = $1::text
), parts AS (
  DELETE FROM ${tables.parts} WHERE thread_id = $1::text
)
DELETE FROM ${tables.checkpoints} WHERE thread_id = $1::text`);
  return (threadId) => bind([threadId]);
}

/**
 * Deletes a thread, or only counts what that would delete; nothing where it has a checkpoint from after
 * a time.
 */
export function deleteThreadCountedStatement(
  tables: Tables,
): (threadId: string, olderThan: string | null, dryRun: boolean) => Statement {
  const idle = `thread_id = $1::text AND NOT EXISTS (
    SELECT FROM ${tables.checkpoints}
    WHERE thread_id = $1::text AND checkpoint ->> 'ts'::text >= $2::text COLLATE "C"
  )`;
  const really = template(removedWhole(tables, idle, "DELETE"));
  const dry = template(removedWhole(tables, idle, "SELECT"));
  return (threadId, olderThan, dryRun) => (dryRun ? dry : really)([threadId, olderThan]);
}
