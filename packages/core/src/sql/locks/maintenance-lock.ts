import type { Statement } from "../../driver/driver.js";
import { template, templateByShape } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { IS_CITUS, onNodeOf } from "../citus.js";
import { sql } from "../text.js";

/**
 * Waits until nobody else removes rows of the thread, and keeps others from it until the transaction
 * ends. Writers do not take it, but for those that can't rely on their parent's row.
 *
 * @param thread placeholder of the thread's id
 */
function lockAlone(tables: Tables, thread: string): string {
  return `pg_catalog.pg_advisory_xact_lock(${lockKey(tables, thread)})`;
}

/** As `lockAlone`, for who only reads the thread: any number at once. */
function lockShared(tables: Tables, thread: string): string {
  return `pg_catalog.pg_advisory_xact_lock_shared(${lockKey(tables, thread)})`;
}

/** As `lockAlone`, but false at once where somebody else has it. */
function tryLock(tables: Tables, thread: string): string {
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
  /** Whether the server is one of a Citus cluster. */
  readonly distributed: boolean;
}

const ISOLATION = "pg_catalog.current_setting('transaction_isolation')";

/** How to take the thread's lock: `share` keeps only those away that remove. */
export type Take = "wait" | "try" | "share";

/**
 * Takes the thread's lock. It is a statement of its own, so that the next one has a snapshot that shows
 * what was stored and removed until then.
 */
export function takeMaintenanceLockStatement(
  tables: Tables,
): (threadId: string, take: Take) => Statement {
  const locks: Readonly<Record<Take, string>> = {
    wait: `${lockAlone(tables, "$1::text")} IS NOT NULL`,
    try: tryLock(tables, "$1::text"),
    share: `${lockShared(tables, "$1::text")} IS NOT NULL`,
  };
  const templateFor = templateByShape(
    (
      take: Take,
    ) => sql`SELECT ${locks[take]} AS free, ${ISOLATION} AS isolation, ${IS_CITUS} AS distributed
FROM (
  ${onNodeOf(tables, "$1::text")}
) n`,
  );
  return (threadId, take) => templateFor(take)([threadId]);
}

export interface LockedRow {
  /** How many checkpoints are locked; those that were stored while it waited may be missing. */
  readonly locked: number;
  readonly isolation: string;
  /** Whether the server is one of a Citus cluster. */
  readonly distributed: boolean;
}

/**
 * Takes the thread's lock, waits for every `put` that continues from one of its checkpoints, and lets no
 * further one begin until the transaction ends. Locks nothing at another isolation level.
 */
export function lockCheckpointsStatement(tables: Tables): (threadId: string) => Statement {
  const bind = template(`WITH thread_lock AS MATERIALIZED (
  SELECT CASE WHEN ${ISOLATION} = 'read committed'
    THEN ${lockAlone(tables, "$1::text")} IS NOT NULL END AS free
), locked AS MATERIALIZED (
  SELECT c.checkpoint_id FROM thread_lock l CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM ${tables.checkpoints} WHERE thread_id = $1::text
    ORDER BY checkpoint_ns, checkpoint_id FOR UPDATE
  ) c
  WHERE l.free
)
SELECT ${ISOLATION} AS isolation, pg_catalog.count(*)::int AS locked, ${IS_CITUS} AS distributed
FROM locked`);
  return (threadId) => bind([threadId]);
}
