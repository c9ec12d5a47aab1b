import type { SqlValue, Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { WITHOUT_JIT } from "../locks/maintenance-lock.js";
import { isFewOf } from "../planner.js";
import { cte, sql } from "../text.js";

/** Which checkpoints of a thread may go. */
export interface Choice {
  readonly threadId: string;
  /** How many of the newest stay in each namespace; 1 or more. */
  readonly keepLast: number;
  /** Only checkpoints from before this time, as in their `ts`; null for all. */
  readonly olderThan: string | null;
}

/** A checkpoint that is locked. */
export interface ChosenRow {
  readonly namespace: string;
  readonly id: string;
}

export function choiceValues({ threadId, keepLast, olderThan }: Choice): SqlValue[] {
  return [threadId, keepLast, olderThan];
}

/** The thread's namespaces, by a loose index scan. */
function namespaces(tables: Tables, namespace: string): string {
  const next = (condition: string) => `SELECT checkpoint_ns FROM ${tables.checkpoints}
WHERE thread_id = $1::text${condition} ORDER BY checkpoint_ns LIMIT 1`;
  return sql`(
  ${next("")}
)
UNION ALL
SELECT n.checkpoint_ns FROM ${namespace} s CROSS JOIN LATERAL (
  ${next(" AND checkpoint_ns > s.checkpoint_ns")}
) n`;
}

/**
 * CTEs of a WITH RECURSIVE: the thread's namespaces, and the oldest of the checkpoints that stay in each because
 * they are the newest.
 *
 * @param boundary the name of the last one, with columns checkpoint_ns and checkpoint_id
 */
export function boundaries(tables: Tables, boundary: string): readonly string[] {
  const namespace = "namespace";
  return [
    cte(namespace, namespaces(tables, namespace)),
    cte(
      boundary,
      `SELECT n.checkpoint_ns, k.checkpoint_id FROM ${namespace} n CROSS JOIN LATERAL (
  SELECT checkpoint_id FROM ${tables.checkpoints}
  WHERE thread_id = $1::text AND checkpoint_ns = n.checkpoint_ns
  ORDER BY checkpoint_id DESC OFFSET $2::int - 1 LIMIT 1
) k WHERE ${isFewOf("n.checkpoint_ns")}`,
    ),
  ];
}

/**
 * The checkpoints that may go.
 *
 * @param boundary alias of the row of `boundaries` of their namespace
 */
export function belowBoundary(tables: Tables, boundary: string): string {
  // LangGraph writes times in UTC as ISO 8601, which sorts by code point.
  return `SELECT checkpoint_id FROM ${tables.checkpoints}
WHERE thread_id = $1::text AND checkpoint_ns = ${boundary}.checkpoint_ns AND checkpoint_id < ${boundary}.checkpoint_id
  AND ($3::text IS NULL OR checkpoint ->> 'ts'::text < $3::text COLLATE "C")
ORDER BY checkpoint_id`;
}

/**
 * Locks the oldest checkpoints that may go, so that no `put` can continue from them any more until
 * the transaction ends. Those that a running `put` continues from are passed over. The thread's lock
 * must be held since before the statement began: which are the newest another removal changes.
 *
 * @returns a function of the choice and how many rows at most
 */
export function choosePrunedStatement(
  tables: Tables,
): (choice: Choice, limit: number) => Statement {
  const bind =
    template(sql`WITH RECURSIVE ${boundaries(tables, "boundary").join(", ")}, settings AS MATERIALIZED (
  SELECT ${WITHOUT_JIT} AS jit
)
SELECT b.checkpoint_ns AS namespace, c.checkpoint_id AS id
FROM settings CROSS JOIN boundary b CROSS JOIN LATERAL (
  ${belowBoundary(tables, "b")} LIMIT $4::int FOR UPDATE SKIP LOCKED
) c
LIMIT $4::int`);
  return (choice, limit) => bind([...choiceValues(choice), limit]);
}
