import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { IS_CITUS, onNodeOf } from "../citus.js";
import { sql } from "../text.js";

export interface TryLockRow {
  /** Null where this is not a session that can have it. */
  readonly locked: boolean | null;
  /** Whether the server is one of a Citus cluster; told where the lock is for a session. */
  readonly distributed?: boolean;
}

export interface UnlockRow {
  readonly unlocked: boolean;
}

/** The lock that runs take. Maintenance takes another, so neither is in the other's way. */
const runLock = (tables: Tables, thread = "$1::text") =>
  `pg_catalog.hashtextextended(${tables.runLockName} || ${thread}, 0)`;

/** The keys of all advisory locks that are held in this database, on this server. */
export const heldRunLocks =
  (): string => `SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_catalog.pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND database = (
  SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
)`;

/**
 * Whether a run holds a thread's lock.
 *
 * @param held relation of `heldRunLocks`
 */
export const isRunLockHeld = (tables: Tables, held: string, thread: string): string =>
  `EXISTS (SELECT true AS found FROM ${held} r WHERE r.key = ${runLock(tables, thread)})`;

/** A call of a function of locks, on the node that has the thread. */
const onNode = (
  tables: Tables,
  call: string,
  name: string,
) => sql`SELECT ${call}(${runLock(tables)}) AS ${name}
FROM (
  ${onNodeOf(tables, "$1::text")}
) n`;

/** Takes it for the session, in whose open transaction Citus keeps the session of the node, too. */
export function takeRunLockStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onNode(tables, "pg_catalog.pg_try_advisory_lock", "locked"));
  return (threadId) => bind([threadId]);
}

/**
 * Takes it for a session without an open transaction, if it is the one with this process id, where one is given; not
 * on a server of a Citus cluster, which keeps no session of a node then.
 */
export function takeSessionRunLockStatement(
  tables: Tables,
): (threadId: string, pid?: number) => Statement {
  const take = `pg_catalog.pg_try_advisory_lock(${runLock(tables)})`;
  const templateFor = templateByShape((isAnySession: boolean) => {
    const isOther = isAnySession ? "" : " OR pg_catalog.pg_backend_pid() <> $2::bigint";
    return `SELECT CASE WHEN NOT (${IS_CITUS}${isOther}) THEN ${take} END AS locked, ${IS_CITUS} AS distributed`;
  });
  return (threadId, pid) =>
    pid === undefined ? templateFor(true)([threadId]) : templateFor(false)([threadId, pid]);
}

/** Takes it until the transaction ends. */
export function takeRunLockInTransactionStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onNode(tables, "pg_catalog.pg_try_advisory_xact_lock", "locked"));
  return (threadId) => bind([threadId]);
}

/** Frees that of the session. */
export function freeRunLockStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onNode(tables, "pg_catalog.pg_advisory_unlock", "unlocked"));
  return (threadId) => bind([threadId]);
}
