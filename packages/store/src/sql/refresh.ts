import { cte, materialized, sql } from "@waypost/core/adapter";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { NOW } from "./items.js";

/**
 * Queries of a WITH clause that begin the time to live of what was read anew. Rows that somebody else has
 * locked are left out, since they are written or refreshed there: nothing waits for a lock after the first
 * one is held out of the order of keys, as the writes of the batch have all of theirs before.
 *
 * @param defaultTtl minutes for items of which the official store has not stored them
 * @param written whether there are `puts` and `deletes`: a statement changes each row once
 */
export function refreshQueries(
  { items }: StoreTables,
  defaultTtl: number | null,
  written: readonly ("puts" | "deletes")[],
  bindings: Bindings,
): string[] {
  const minutes = `coalesce(s.ttl_minutes, ${bindings.add(defaultTtl === null ? null : String(defaultTtl), "float8")})`;
  const unwritten = written.map(
    (name) => `AND NOT EXISTS (SELECT FROM ${name} w WHERE w.path = r.namespace AND w.key = r.key)`,
  );
  const done = written.map((name) => (name === "puts" ? "written" : "locked"));
  const afterWrites = done.map(
    (name) => `AND (SELECT pg_catalog.count(*) FROM ${name}) >= 0::bigint`,
  );
  const held = sql`SELECT s.namespace_path, s.key
FROM (
  SELECT DISTINCT r.namespace, r.key FROM found r
  WHERE r.refresh ${[...unwritten, ...afterWrites].join("\n  ")}
) r
CROSS JOIN LATERAL (
  SELECT s.namespace_path, s.key FROM ${items} s
  WHERE s.namespace_path = r.namespace AND s.key = r.key
    AND s.expires_at IS NOT NULL AND ${minutes} IS NOT NULL
  FOR UPDATE SKIP LOCKED
) s`;
  const refreshed = sql`UPDATE ${items} s
SET expires_at = ${NOW} + ${minutes} * '1 minute'::interval
FROM held h
WHERE s.namespace_path = h.namespace_path AND s.key = h.key`;
  return [materialized("held", held), cte("refreshed", refreshed)];
}
