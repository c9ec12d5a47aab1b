import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { sql } from "../text.js";

/** Threads in a page. In the text, as the planner takes a limit that it can't see for a tenth of the table. */
const PAGE = 100;

/** The next threads with rows in any table, in the order of their ids: $1 the last before. */
export function threadPage(tables: Tables): string {
  const next = (table: string) => `(
  SELECT DISTINCT thread_id FROM ${table} WHERE $1::text IS NULL OR thread_id > $1::text
  ORDER BY thread_id LIMIT ${PAGE}
)`;
  const all = [tables.checkpoints, tables.blobs, tables.writes, tables.parts]
    .map(next)
    .join(" UNION ");
  return sql`SELECT thread_id FROM (
  ${all}
) t ORDER BY thread_id LIMIT ${PAGE}`;
}

export function threadPageStatement(tables: Tables): (after: string | null) => Statement {
  const bind = template(sql`SELECT thread_id AS thread FROM (
  ${threadPage(tables)}
) p ORDER BY thread_id`);
  return (after) => bind([after]);
}
