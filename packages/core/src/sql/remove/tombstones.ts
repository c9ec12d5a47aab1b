import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

export interface Tombstones {
  /** Marks a thread as deleted. */
  markDeleted(threadId: string): Statement;
  /** One row if the thread is marked; only its own look is sure to see it, once the thread's lock is held. */
  isDeleted(threadId: string): Statement;
}

export function tombstoneStatements(tables: Tables): Tombstones {
  const markDeleted = template(`INSERT INTO ${tables.deleted} (thread_id) VALUES ($1::text)
ON CONFLICT (thread_id) DO UPDATE SET deleted_at = pg_catalog.now()`);
  const isDeleted = template(
    `SELECT true AS deleted FROM ${tables.deleted} WHERE thread_id = $1::text`,
  );
  return {
    markDeleted: (threadId) => markDeleted([threadId]),
    isDeleted: (threadId) => isDeleted([threadId]),
  };
}
