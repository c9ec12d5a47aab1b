import type { Statement } from "../../driver/driver.js";
import { template } from "../../driver/template.js";
import type { Tables } from "../../schema/identifiers.js";
import { sql } from "../text.js";

/** The next threads with rows in any table, in the order of their ids: $1 the last before, $2 how many. */
export function threadPage(tables: Tables): string {
  const next = (table: string) => `(
  SELECT DISTINCT thread_id FROM ${table} WHERE $1::text IS NULL OR thread_id > $1::text
  ORDER BY thread_id LIMIT $2::int
)`;
  const all = [tables.checkpoints, tables.blobs, tables.writes, tables.parts]
    .map(next)
    .join(" UNION ");
  return sql`SELECT thread_id FROM (
  ${all}
) t ORDER BY thread_id LIMIT $2::int`;
}

export function threadPageStatement(
  tables: Tables,
): (after: string | null, size: number) => Statement {
  const bind = template(sql`SELECT thread_id AS thread FROM (
  ${threadPage(tables)}
) p ORDER BY thread_id`);
  return (after, size) => bind([after, size]);
}
