import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";

/** Deletes all namespaces of a thread at once. */
export function deleteThreadStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`WITH blobs AS (
  DELETE FROM ${tables.blobs} WHERE thread_id = $1::text
), writes AS (
  DELETE FROM ${tables.writes} WHERE thread_id = $1::text
)
DELETE FROM ${tables.checkpoints} WHERE thread_id = $1::text`);
  return (threadId) => bind([threadId]);
}
