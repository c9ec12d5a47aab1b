import type pg from "pg";
import type { Mode } from "./mode.ts";

/** Who waits, directly or not, for a lock of this session, and the session itself. */
const BLOCKED = `WITH RECURSIVE blocked AS (
  SELECT pg_backend_pid() AS pid
  UNION
  SELECT l.pid FROM blocked b JOIN pg_locks l ON NOT l.granted AND b.pid = ANY (pg_blocking_pids(l.pid))
)
SELECT FROM blocked`;

/** The same of all nodes of a cluster, where the lock lies on that of the thread. */
const BLOCKED_ON_NODES = `WITH RECURSIVE waits AS (
  SELECT waiting_gpid, blocking_gpid FROM pg_stat_clear_snapshot(), citus_lock_waits
), blocked AS (
  SELECT citus_backend_gpid() AS gpid
  UNION
  SELECT w.waiting_gpid FROM blocked b JOIN waits w ON w.blocking_gpid = b.gpid
)
SELECT FROM blocked`;

/**
 * Waits until so many sessions wait for a lock, the first of them for one of this session. Asks for locks: a
 * transaction sees the same sessions until it ends.
 */
export async function untilBlocked(mode: Mode, client: pg.Client, sessions = 1): Promise<void> {
  const blocked = mode.distributed ? BLOCKED_ON_NODES : BLOCKED;
  while (((await client.query(blocked)).rowCount ?? 0) <= sessions);
}

/** A call of a function of locks, on the node that has the thread of the parameter. */
export const onNodeOf = (schema: string, call: string, thread: string): string =>
  `SELECT ${call} FROM (
    SELECT count(*) FROM (SELECT true AS found FROM ${schema}.checkpoints WHERE thread_id = ${thread} LIMIT 1) c
  ) n`;

/** Sessions that have an advisory lock with this key, an expression, wherever they are. */
export async function holdersOf(
  mode: Mode,
  client: pg.Client,
  key: string,
  values: readonly string[],
): Promise<string[]> {
  const [locks, session] = mode.distributed ? ["citus_locks", "global_pid"] : ["pg_locks", "pid"];
  const { rows } = await client.query(
    `SELECT DISTINCT ${session}::text AS session FROM ${locks} WHERE locktype = 'advisory' AND granted AND objsubid = 1
     AND (classid::bigint << 32) | objid::bigint = ${key}`,
    [...values],
  );
  return rows.map((row) => row.session);
}

/** Ends a session that `holdersOf` has named. */
export const terminate = (mode: Mode, client: pg.Client, session: string) =>
  client.query(
    `SELECT pg_terminate_backend(${session}::${mode.distributed ? "bigint" : "int"}, 5000::bigint)`,
  );
