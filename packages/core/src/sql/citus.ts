import type { Statement } from "../driver/driver.js";
import { template } from "../driver/template.js";
import type { Tables } from "../schema/identifiers.js";

/** Whether the server is one of a Citus cluster: a setting that is there where its library is loaded. */
export const IS_CITUS = "pg_catalog.current_setting('citus.shard_count', true) IS NOT NULL";

/** Asks for it: whether tables may be distributed. */
export function isDistributedStatement(): () => Statement {
  const bind = template(`SELECT ${IS_CITUS} AS distributed`);
  return () => bind([]);
}

/** How a look-up by the primary key ends, in a lateral sub-select. */
export type LookUpEnd = (key: readonly string[]) => string;

/**
 * Keeps the planner at one look-up for each outer row: without it, it may read and hash all values of a long
 * thread.
 */
export const once: LookUpEnd = () => "OFFSET 0";

/** The same of threads on several nodes of Citus, which takes no OFFSET there, but grouping by the key. */
export const onceOnNodes: LookUpEnd = (key) => `GROUP BY ${key.join(", ")}`;

/**
 * One row, of a statement that Citus runs on the node that has the thread. A lock that is taken there is one for all
 * sessions of the cluster. It reads no row, which a policy could refuse.
 */
export const onNodeOf = (tables: Tables, thread: string): string =>
  `SELECT pg_catalog.count(*) FROM (SELECT true AS found FROM ${tables.checkpoints} WHERE thread_id = ${thread} LIMIT 0) c`;
