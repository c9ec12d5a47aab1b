import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";

export interface TryLockRow {
  /** Null where this is not the session that was expected. */
  readonly locked: boolean | null;
}

export interface UnlockRow {
  readonly unlocked: boolean;
}

/** The lock that runs take. Maintenance takes another, so neither is in the other's way. */
const runLock = (tables: Tables) =>
  `pg_catalog.hashtextextended(${tables.runLockName} || $1::text, 0)`;

/** Takes it for the session, and only if it is the one with this process id, where one is given. */
export function takeRunLockStatement(
  tables: Tables,
): (threadId: string, pid?: number) => Statement {
  const take = `pg_catalog.pg_try_advisory_lock(${runLock(tables)})`;
  const templateFor = templateByShape((isAnySession: boolean) =>
    isAnySession
      ? `SELECT ${take} AS locked`
      : `SELECT CASE WHEN pg_catalog.pg_backend_pid() = $2::bigint THEN ${take} END AS locked`,
  );
  return (threadId, pid) =>
    pid === undefined ? templateFor(true)([threadId]) : templateFor(false)([threadId, pid]);
}

/** Takes it until the transaction ends. */
export function takeRunLockInTransactionStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(
    `SELECT pg_catalog.pg_try_advisory_xact_lock(${runLock(tables)}) AS locked`,
  );
  return (threadId) => bind([threadId]);
}

/** Frees that of the session. */
export function freeRunLockStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`SELECT pg_catalog.pg_advisory_unlock(${runLock(tables)}) AS unlocked`);
  return (threadId) => bind([threadId]);
}
