import { type Statement, sql, template } from "@waypost/core/adapter";
import type { StoreTables } from "../schema/tables.js";
import { NOW } from "./items.js";

/** Removes expired items, the longest expired first; those that somebody else removes are left out. */
export function sweepStatement({ items }: StoreTables): (limit: number) => Statement {
  const bind = template(sql`WITH expired AS MATERIALIZED (
  SELECT s.namespace_path, s.key FROM ${items} s
  WHERE s.expires_at <= ${NOW}
  ORDER BY s.expires_at LIMIT $1::bigint
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM ${items} s USING expired e
  WHERE s.namespace_path = e.namespace_path AND s.key = e.key
  RETURNING true AS removed
)
SELECT pg_catalog.count(*)::int AS removed FROM removed`);
  return (limit) => bind([limit]);
}
