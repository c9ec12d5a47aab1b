import type { SqlValue } from "../../driver/driver.js";
import type { ListQuery } from "../../input/config.js";

/** Ties between threads or namespaces are broken, or a page's end could not be found again. */
export const NEWEST_FIRST = "ORDER BY checkpoint_id DESC, thread_id DESC, checkpoint_ns DESC";

/** Appends a value to those of a statement, and returns its placeholder with a cast. */
export type Bind = (value: SqlValue, type?: string) => string;

export function binder(values: SqlValue[]): Bind {
  return (value, type = "text") => `$${values.push(value)}::${type}`;
}

/** What a list selects, as conditions on `checkpoints`. */
export interface Selection {
  readonly conditions: readonly string[];
  /** Placeholders of thread and namespace where the query fixes them. */
  readonly thread: string | undefined;
  readonly namespace: string | undefined;
}

export function selectionOf(query: ListQuery, bind: Bind): Selection {
  const thread = query.threadId === undefined ? undefined : bind(query.threadId);
  const namespace = query.checkpointNs === undefined ? undefined : bind(query.checkpointNs);
  const conditions = [
    thread && `thread_id = ${thread}`,
    namespace && `checkpoint_ns = ${namespace}`,
    query.checkpointId && `checkpoint_id = ${bind(query.checkpointId)}`,
    query.before && `checkpoint_id < ${bind(query.before)}`,
    query.filter && `metadata @> ${bind(query.filter)}::jsonb`,
  ].filter((condition) => typeof condition === "string");
  return { conditions, thread, namespace };
}

export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : `\nWHERE ${conditions.join(" AND ")}`;
}
