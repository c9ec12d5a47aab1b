import type { SqlValue, Statement } from "../driver.js";
import type { Tables } from "../schema/identifiers.js";
import { ISOLATION, lockThread, tryLockThread, WITHOUT_JIT } from "./lock-thread.js";
import { template } from "./template.js";

/** Which checkpoints of a thread may go. */
export interface Choice {
  readonly threadId: string;
  /** How many of the newest stay in each namespace; 1 or more. */
  readonly keepLast: number;
  /** Only checkpoints from before this time, as in their `ts`; null for all. */
  readonly olderThan: string | null;
}

/** A row that is locked, and the transaction's isolation level beside it. */
export interface ChosenRow {
  readonly namespace: string;
  readonly id: string;
  readonly isolation: string;
}

/** Placeholders of `Choice`, for the statements that share its text. */
export const CHOICE_PARAMETERS = 3;

export function choiceValues({ threadId, keepLast, olderThan }: Choice): SqlValue[] {
  return [threadId, keepLast, olderThan];
}

/**
 * The common part: `namespace`, the thread's namespaces by a loose index scan, and `boundary`, the
 * oldest of the checkpoints that stay in each because they are the newest.
 */
export function boundaries(tables: Tables): string {
  const next = (condition: string) => `SELECT checkpoint_ns FROM ${tables.checkpoints}
    WHERE thread_id = $1::text ${condition} ORDER BY checkpoint_ns LIMIT 1`;
  return `namespace AS (
  (${next("")})
  UNION ALL
  SELECT n.checkpoint_ns FROM namespace s CROSS JOIN LATERAL (
    ${next("AND checkpoint_ns > s.checkpoint_ns")}
  ) n
), boundary AS (
  SELECT n.checkpoint_ns, k.checkpoint_id FROM namespace n CROSS JOIN LATERAL (
    SELECT checkpoint_id FROM ${tables.checkpoints}
    WHERE thread_id = $1::text AND checkpoint_ns = n.checkpoint_ns
    ORDER BY checkpoint_id DESC OFFSET $2::int - 1 LIMIT 1
  ) k
)`;
}

/** The condition for a checkpoint that may go, beside its namespace's row `b` of `boundary`. */
export function belowBoundary(tables: Tables): string {
  // LangGraph writes times in UTC as ISO 8601, which sorts by code point.
  return `SELECT checkpoint_id FROM ${tables.checkpoints}
    WHERE thread_id = $1::text AND checkpoint_ns = b.checkpoint_ns AND checkpoint_id < b.checkpoint_id
      AND ($3::text IS NULL OR checkpoint ->> 'ts'::text < $3::text COLLATE "C")
    ORDER BY checkpoint_id`;
}

/**
 * Locks the oldest checkpoints that may go, so that no `put` can continue from them any more until
 * the transaction ends. Those that a running `put` continues from are passed over.
 *
 * @returns a statement for a number of rows; `wait` says whether to wait where somebody else prunes
 *   the thread, or to choose nothing
 */
export function chooseStatement(
  tables: Tables,
): (choice: Choice, limit: number, wait: boolean) => Statement {
  const choose = (lock: string) =>
    template(`WITH RECURSIVE ${boundaries(tables)}, thread_lock AS MATERIALIZED (
  SELECT ${lock}, ${WITHOUT_JIT}
)
SELECT b.checkpoint_ns AS namespace, c.checkpoint_id AS id,
  ${ISOLATION}
FROM thread_lock l CROSS JOIN boundary b CROSS JOIN LATERAL (
  ${belowBoundary(tables)} LIMIT $4::int FOR UPDATE SKIP LOCKED
) c
WHERE l.free
LIMIT $4::int`);
  const waiting = choose(`${lockThread(tables, "$1::text")} IS NOT NULL AS free`);
  const trying = choose(`${tryLockThread(tables, "$1::text")} AS free`);
  return (choice, limit, wait) => (wait ? waiting : trying)([...choiceValues(choice), limit]);
}
