import type { Queryable, Statement } from "../driver/driver.js";
import { ConfigurationError, ConflictError } from "../errors/errors.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { LockRow } from "../sql/locks/maintenance-lock.js";

/** @throws ConfigurationError where a statement would not see what was stored before it began */
export function checkIsolation({ isolation }: { readonly isolation: string }): void {
  if (isolation === "read committed") return;
  throw new ConfigurationError(
    "WAYPOST_ISOLATION",
    `Nothing was done: it takes the isolation level "read committed" to see what others store and remove meanwhile, but the transaction is "${isolation}"; set that for it, or for the database.`,
  );
}

/**
 * Takes the thread's lock for what depends on it.
 *
 * @returns undefined where somebody else has it and it was not waited for
 * @throws ConfigurationError at an isolation level at which the next statement would not see more than this one
 */
export async function takeLock(tx: Queryable, lock: Statement): Promise<LockRow | undefined> {
  const [row] = await tx.query<LockRow>(lock);
  if (row === undefined) return undefined;
  checkIsolation(row);
  return row.free ? row : undefined;
}

/** How to remove what a lock is held for. */
export const deletionOn = ({ distributed }: Pick<LockRow, "distributed">) =>
  distributed ? "DELETE on Citus" : "DELETE";

/**
 * @param tx a transaction that has the thread's lock since before this statement
 * @throws ConflictError if the thread is marked as deleted
 */
export async function assertNotDeleted(
  tx: Queryable,
  sql: Pick<Catalogue, "isDeleted">,
  threadId: string,
): Promise<void> {
  const deleted = await tx.query(sql.isDeleted(threadId));
  if (deleted.length === 0) return;
  throw new ConflictError(
    "WAYPOST_THREAD_DELETED",
    "Nothing was stored: the thread was deleted, and the saver has `tombstones`. Use a new thread.",
  );
}
