import type { SqlValue, Statement } from "../../driver/driver.js";
import type { ListQuery } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { isFewOf } from "../planner.js";
import { materialized, sql, withAll } from "../text.js";
import { versionsOf } from "../versions.js";
import { binder, NEWEST_FIRST, selectionOf, whereAll } from "./selection.js";
import { storedBlobs, tupleSelect } from "./tuple.js";
import type { ValueForm } from "./values.js";

/**
 * All checkpoints that a query selects, for a cursor: newest first, each followed by what belongs to
 * it. A blob is left out where the checkpoint before it, of the same namespace, has the same version:
 * the reader holds it already.
 *
 * The order is that of the outermost loop, which a lateral join has to keep. Sorting the rows would
 * make the server collect all values before the first is sent.
 */
export function listCursorStatement(
  tables: Tables,
): (query: ListQuery, form: ValueForm) => Statement {
  return (query, form) => {
    const values: SqlValue[] = [];
    const bind = binder(values);
    const { conditions, ...fixed } = selectionOf(query, bind);
    const limit =
      query.limit === Number.POSITIVE_INFINITY ? "" : ` LIMIT ${bind(query.limit, "int")}`;
    const { thread = "p.thread_id", namespace = "p.checkpoint_ns" } = fixed;
    const source = { thread, namespace, page: { outer: "p" }, blobs: "blob" };
    const text = sql`SELECT r.*
FROM (
  SELECT thread_id, checkpoint_ns, checkpoint_id,
    pg_catalog.lag(thread_id) OVER listed AS previous_thread,
    pg_catalog.lag(checkpoint_ns) OVER listed AS previous_ns,
    pg_catalog.lag(checkpoint_id) OVER listed AS previous_id
  FROM ${tables.checkpoints}${whereAll(conditions)}
  WINDOW listed AS (${NEWEST_FIRST}) ${NEWEST_FIRST}${limit}
) k CROSS JOIN LATERAL (
  SELECT c.thread_id, c.checkpoint_ns, c.checkpoint_id, c.parent_checkpoint_id, c.checkpoint, c.metadata,
    0 AS position, b.checkpoint -> 'channel_versions'::text AS previous_versions
  FROM ${tables.checkpoints} c LEFT JOIN ${tables.checkpoints} b
    ON b.thread_id = c.thread_id AND b.checkpoint_ns = c.checkpoint_ns AND b.checkpoint_id = k.previous_id
    AND k.previous_thread = c.thread_id AND k.previous_ns = c.checkpoint_ns
  WHERE c.thread_id = ${fixed.thread ?? "k.thread_id"} AND c.checkpoint_ns = ${fixed.namespace ?? "k.checkpoint_ns"}
    AND c.checkpoint_id = k.checkpoint_id OFFSET 0
) p CROSS JOIN LATERAL (
  ${withAll(
    [materialized("blob", storedBlobs(tables, source, newVersions("p"), false))],
    tupleSelect(tables, form, source),
  )}
) r
WHERE ${isFewOf("k.checkpoint_id")}`;
    return { text, values, name: "" };
  };
}

/** The versions that a checkpoint refers to and the one before it does not. */
const newVersions = (checkpoint: string) => sql`(
  SELECT ${checkpoint}.thread_id, ${checkpoint}.checkpoint_ns, v.key AS channel, v.value AS version
  FROM ${versionsOf(`${checkpoint}.checkpoint`)} v
  WHERE (${checkpoint}.previous_versions ->> v.key) IS DISTINCT FROM v.value
)`;
