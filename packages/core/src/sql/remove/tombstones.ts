import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

/** Marks a thread as deleted. */
export function markDeletedStatement(tables: Tables): (threadId: string) => Statement {
  const bind =
    template(`INSERT INTO ${tables.deleted} (thread_id, deleted_at) VALUES ($1::text, pg_catalog.now())
ON CONFLICT (thread_id) DO UPDATE SET deleted_at = EXCLUDED.deleted_at`);
  return (threadId) => bind([threadId]);
}

/** One row if the thread is marked; only its own look is sure to see it, once the thread's lock is held. */
export function isDeletedStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`SELECT true AS deleted FROM ${tables.deleted} WHERE thread_id = $1::text`);
  return (threadId) => bind([threadId]);
}
