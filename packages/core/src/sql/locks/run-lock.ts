import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { IS_CITUS, onNodeOf } from "../citus.js";
import { sql } from "../text.js";

export interface TryLockRow {
  /** Null where this is not a session that can have it. */
  readonly locked: boolean | null;
  /** Whether the server is one of a Citus cluster. */
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

const take = (tables: Tables) => `pg_catalog.pg_try_advisory_lock(${runLock(tables)})`;
const takeInTransaction = (tables: Tables) =>
  `pg_catalog.pg_try_advisory_xact_lock(${runLock(tables)})`;

/** A call on the node that has the thread. */
const onNode = (tables: Tables, call: string, name: string) => sql`SELECT ${call} AS ${name}
FROM (
  ${onNodeOf(tables, "$1::text")}
) n`;

/** A call on this server, which is not made on one of a Citus cluster: there it would exclude nobody. */
const onOneServer = (call: string, otherwise = "") =>
  `SELECT CASE WHEN NOT (${IS_CITUS}${otherwise}) THEN ${call} END AS locked, ${IS_CITUS} AS distributed`;

/** Takes it for the session, if it is the one with this process id, where one is given. */
export function takeRunLockStatement(
  tables: Tables,
): (threadId: string, pid?: number) => Statement {
  const templateFor = templateByShape((isAnySession: boolean) =>
    onOneServer(take(tables), isAnySession ? "" : " OR pg_catalog.pg_backend_pid() <> $2::bigint"),
  );
  return (threadId, pid) =>
    pid === undefined ? templateFor(true)([threadId]) : templateFor(false)([threadId, pid]);
}

/** The same on Citus, for the session of the node, which a session keeps as long as its transaction is open. */
export function takeRunLockOnNodeStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onNode(tables, take(tables), "locked"));
  return (threadId) => bind([threadId]);
}

/** Takes it until the transaction ends. */
export function takeRunLockInTransactionStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onOneServer(takeInTransaction(tables)));
  return (threadId) => bind([threadId]);
}

/** The same on Citus. */
export function takeRunLockInTransactionOnNodeStatement(
  tables: Tables,
): (threadId: string) => Statement {
  const bind = template(onNode(tables, takeInTransaction(tables), "locked"));
  return (threadId) => bind([threadId]);
}

/** Frees that of the session. */
export function freeRunLockStatement(
  tables: Tables,
): (threadId: string, isOnNode: boolean) => Statement {
  const free = `pg_catalog.pg_advisory_unlock(${runLock(tables)})`;
  const templateFor = templateByShape((isOnNode: boolean) =>
    isOnNode ? onNode(tables, free, "unlocked") : `SELECT ${free} AS unlocked`,
  );
  return (threadId, isOnNode) => templateFor(isOnNode)([threadId]);
}

/** Fails where the session of the thread's node has ended since it was used last in this transaction. */
export function reachNodeStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(onNode(tables, "true", "reached"));
  return (threadId) => bind([threadId]);
}
