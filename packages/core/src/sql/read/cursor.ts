import type { SqlValue, Statement } from "../../driver/driver.js";
import type { ListQuery } from "../../input/config.js";
import type { Tables } from "../../schema/identifiers.js";
import { versionsOf } from "../versions.js";
import { binder, NEWEST_FIRST, selectionOf, whereAll } from "./selection.js";
import { blobCte, type TupleSource, tupleSelect } from "./tuple.js";

/**
 * All checkpoints that a query selects, for a cursor: newest first, each followed by what belongs to
 * it. A blob is left out where the checkpoint before it, of the same namespace, has the same version:
 * the reader holds it already.
 *
 * The order is that of the outermost loop, which a lateral join has to keep. Sorting the rows would
 * make the server collect all values before the first is sent.
 */
export function cursorStatement(
  tables: Tables,
  jsonIsText: boolean,
): (query: ListQuery) => Statement {
  return (query) => {
    const values: SqlValue[] = [];
    const bind = binder(values);
    const { conditions, ...fixed } = selectionOf(query, bind);
    const { thread = "p.thread_id", namespace = "p.checkpoint_ns" } = fixed;
    const limit =
      query.limit === Number.POSITIVE_INFINITY ? "" : `LIMIT ${bind(query.limit, "int")}`;
    const versions = `(
    SELECT p.thread_id, p.checkpoint_ns, v.key AS channel, v.value AS version, NULL::bigint AS known_put
    FROM ${versionsOf("p.checkpoint")} v
    WHERE (p.previous_versions ->> v.key) IS DISTINCT FROM v.value
  )`;
    const source: TupleSource = { thread, namespace, page: undefined, versions };
    const text = `SELECT r.*
FROM (
  SELECT thread_id, checkpoint_ns, checkpoint_id,
    pg_catalog.lag(thread_id) OVER listed AS previous_thread,
    pg_catalog.lag(checkpoint_ns) OVER listed AS previous_ns,
    pg_catalog.lag(checkpoint_id) OVER listed AS previous_id
  FROM ${tables.checkpoints}
  ${whereAll(conditions)}
  WINDOW listed AS (${NEWEST_FIRST}) ${NEWEST_FIRST} ${limit}
) k CROSS JOIN LATERAL (
  SELECT c.thread_id, c.checkpoint_ns, c.checkpoint_id, c.parent_checkpoint_id, c.checkpoint, c.metadata,
    0 AS position, b.checkpoint -> 'channel_versions'::text AS previous_versions
  FROM ${tables.checkpoints} c LEFT JOIN ${tables.checkpoints} b
    ON b.thread_id = c.thread_id AND b.checkpoint_ns = c.checkpoint_ns AND b.checkpoint_id = k.previous_id
    AND k.previous_thread = c.thread_id AND k.previous_ns = c.checkpoint_ns
  WHERE c.thread_id = ${fixed.thread ?? "k.thread_id"} AND c.checkpoint_ns = ${fixed.namespace ?? "k.checkpoint_ns"}
    AND c.checkpoint_id = k.checkpoint_id OFFSET 0
) p CROSS JOIN LATERAL (
WITH ${blobCte(tables, source)}
${tupleSelect(tables, jsonIsText, source)}
) r`;
    return { text, values, name: "" };
  };
}
