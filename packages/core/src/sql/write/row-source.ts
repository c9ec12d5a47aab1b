import type { Tables } from "../../schema/identifiers.js";
import { sql } from "../text.js";

/**
 * Makes a query of rows to insert. What makes the rows is given the expressions that they begin with: the
 * thread's, or none where the query puts it before them.
 */
export type RowSource = (rows: (thread: readonly string[]) => string) => string;

/** The rows, whatever is stored. */
export const always: RowSource = (rows) => sql`VALUES ${rows(["$1::text"])}`;

/** A condition on the checkpoint that the placeholders name: the parent, or that of writes. */
export const IS_CHECKPOINT =
  "thread_id = $1::text AND checkpoint_ns = $2::text AND checkpoint_id = $3::text";

/** That checkpoint, its row held on to. */
export const heldCheckpoint = (
  tables: Tables,
  column: string,
): string => `SELECT ${column} FROM ${tables.checkpoints}
WHERE ${IS_CHECKPOINT}
FOR KEY SHARE`;

/** The rows if that checkpoint is there. */
export const ifHeld =
  (tables: Tables): RowSource =>
  (rows) =>
    sql`SELECT p.thread_id, v.* FROM (
  ${heldCheckpoint(tables, "thread_id")}
) p, (
  VALUES ${rows([])}
) v`;

/** The rows if a relation has one. */
export const ifAny =
  (relation: string): RowSource =>
  (rows) =>
    sql`SELECT v.* FROM ${relation}, (
  VALUES ${rows(["$1::text"])}
) v`;

/**
 * As `ifAny`, where a row that is held on to names the thread. Citus sends an INSERT to one node only if it
 * selects the rows' thread from a table by the thread; on one server that is a look-up for nothing.
 *
 * @param table one whose row is held on to, and the condition on its key
 */
export const ifAnyRouted =
  (relation: string, table: string, key: string): RowSource =>
  (rows) =>
    sql`SELECT p.thread_id, v.* FROM ${table} p, (
  VALUES ${rows([])}
) v
WHERE ${key} AND EXISTS (SELECT true AS found FROM ${relation})`;
