import type { Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { template } from "./template.js";

/**
 * Waits until nobody else removes rows of the thread, and keeps others from it until the transaction
 * ends. Writers do not take it, but for those that can't rely on their parent's row.
 *
 * @param thread placeholder of the thread's id
 */
export function lockThread(tables: Tables, thread: string): string {
  return `pg_catalog.pg_advisory_xact_lock(${lockKey(tables, thread)})`;
}

/** As `lockThread`, but false at once where somebody else has it. */
export function tryLockThread(tables: Tables, thread: string): string {
  return `pg_catalog.pg_try_advisory_xact_lock(${lockKey(tables, thread)})`;
}

function lockKey(tables: Tables, thread: string): string {
  return `pg_catalog.hashtextextended(${tables.lockName} || ${thread}, 0)`;
}

/**
 * Without it the server may compile the removal, which takes longer than to run it: it can't foresee
 * how few rows the walk over the ancestors visits. Until the transaction ends.
 */
export const WITHOUT_JIT = "pg_catalog.set_config('jit', 'off', true)";

/** `free` is false where somebody else has the lock and it was not waited for. */
export interface LockRow {
  readonly free: boolean;
  readonly isolation: string;
}

export const ISOLATION = "pg_catalog.current_setting('transaction_isolation') AS isolation";

/**
 * Takes the thread's lock. It looks at a row of the thread because Citus then takes the lock on the node
 * where the other statements that need it run.
 */
export function lockThreadStatement(
  tables: Tables,
): (threadId: string, wait: boolean) => Statement {
  const take = (lock: string) =>
    template(`SELECT ${lock} AS free, ${ISOLATION} FROM (
  SELECT pg_catalog.count(*) FROM (SELECT FROM ${tables.checkpoints} WHERE thread_id = $1::text LIMIT 1) c
) n`);
  const waiting = take(`${lockThread(tables, "$1::text")} IS NOT NULL`);
  const trying = take(tryLockThread(tables, "$1::text"));
  return (threadId, wait) => (wait ? waiting : trying)([threadId]);
}

/**
 * Takes the thread's lock, waits for every `put` that continues from one of its checkpoints, and lets no
 * further one begin until the transaction ends.
 */
export function lockCheckpointsStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`WITH thread_lock AS MATERIALIZED (
  SELECT ${lockThread(tables, "$1::text")} IS NOT NULL AS free
), locked AS MATERIALIZED (
  SELECT c.checkpoint_id FROM thread_lock l CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM ${tables.checkpoints} WHERE thread_id = $1::text
    ORDER BY checkpoint_ns, checkpoint_id FOR UPDATE
  ) c
  WHERE l.free
)
SELECT ${ISOLATION} FROM (SELECT pg_catalog.count(*) FROM locked) n`);
  return (threadId) => bind([threadId]);
}
