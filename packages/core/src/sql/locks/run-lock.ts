import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

export interface TryLockRow {
  /** Null where this is not the session that was expected. */
  readonly locked: boolean | null;
}

export interface UnlockRow {
  readonly unlocked: boolean;
}

/** The lock that runs take. Removing takes another (`lockThread`), so neither is in the other's way. */
export function threadLockStatements(tables: Tables) {
  const key = `pg_catalog.hashtextextended(${tables.runLockName} || $1::text, 0)`;
  const take = template(`SELECT pg_catalog.pg_try_advisory_lock(${key}) AS locked`);
  const takeOn = template(
    `SELECT CASE WHEN pg_catalog.pg_backend_pid() = $2::bigint THEN pg_catalog.pg_try_advisory_lock(${key}) END AS locked`,
  );
  const takeInTransaction = template(
    `SELECT pg_catalog.pg_try_advisory_xact_lock(${key}) AS locked`,
  );
  const free = template(`SELECT pg_catalog.pg_advisory_unlock(${key}) AS unlocked`);
  return {
    /** For the session, and only if it is the one with this process id, where one is given. */
    take: (threadId: string, pid?: number): Statement =>
      pid === undefined ? take([threadId]) : takeOn([threadId, pid]),
    takeInTransaction: (threadId: string): Statement => takeInTransaction([threadId]),
    free: (threadId: string): Statement => free([threadId]),
  };
}
export type ThreadLockStatements = ReturnType<typeof threadLockStatements>;
