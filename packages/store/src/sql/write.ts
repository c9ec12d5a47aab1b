import { cte, materialized, sql } from "@waypost/core/adapter";
import type { ItemKey, Put } from "../input/operations.js";
import type { StoreTables } from "../schema/tables.js";
import type { Bindings } from "./bindings.js";
import { NOW } from "./items.js";

/** What a batch writes: each item once. */
export interface Writes {
  readonly puts: readonly Put[];
  readonly deletes: readonly ItemKey[];
}

/**
 * Queries of a WITH clause that delete and put items. Rows are locked and written in the order of their keys, so
 * that two batches wait for each other instead of both.
 */
export function writeQueries(
  tables: StoreTables,
  { puts, deletes }: Writes,
  bindings: Bindings,
): string[] {
  const queries: string[] = [];
  if (puts.length > 0) queries.push(cte("puts", inputQuery(puts.map(inputOf), bindings)));
  if (deletes.length > 0) {
    queries.push(
      cte("deletes", inputQuery(deletes.map(keyOf), bindings)),
      materialized("locked", lockQuery(tables, puts.length > 0)),
      cte("deleted", deleteQuery(tables)),
    );
  }
  if (puts.length > 0) queries.push(cte("written", putQuery(tables, deletes.length > 0)));
  return queries;
}

const inputOf = ({ path, key, ttl, value }: Put) =>
  `[${JSON.stringify(path)},${JSON.stringify(key)},${JSON.stringify(ttl)},${value}]`;

const keyOf = ({ path, key }: ItemKey) => JSON.stringify([path, key]);

/** @param rows JSON of each, a path and a key first */
const inputQuery = (rows: readonly string[], bindings: Bindings) =>
  sql`SELECT i.item ->> 0 AS path, i.item ->> 1 AS key, i.item, i.at
FROM pg_catalog.jsonb_array_elements(${bindings.add(`[${rows.join(",")}]`, "jsonb")}) WITH ORDINALITY AS i (item, at)`;

/** All rows that are there, also those that are put: a row that is put may be one that another batch deletes. */
const lockQuery = ({ items }: StoreTables, withPuts: boolean) => sql`SELECT s.namespace_path, s.key
FROM (
  SELECT k.path, k.key
  FROM (SELECT d.path, d.key FROM deletes d${withPuts ? " UNION ALL SELECT p.path, p.key FROM puts p" : ""}) k
  ORDER BY k.path COLLATE "C", k.key COLLATE "C"
) w
CROSS JOIN LATERAL (
  SELECT s.namespace_path, s.key FROM ${items} s
  WHERE s.namespace_path = w.path AND s.key = w.key
  FOR UPDATE
) s`;

const deleteQuery = ({ items }: StoreTables) => sql`DELETE FROM ${items} s
USING locked l
WHERE s.namespace_path = l.namespace_path AND s.key = l.key
  AND EXISTS (SELECT FROM deletes d WHERE d.path = s.namespace_path AND d.key = s.key)`;

/**
 * Items of one batch are a microsecond apart, in the order of the batch. An item in place of one that has
 * expired is new.
 */
const putQuery = ({ items }: StoreTables, locks: boolean) => sql`INSERT INTO ${items} AS s
  (namespace_path, key, value, created_at, updated_at, expires_at, ttl_minutes)
SELECT p.path, p.key, p.item -> 3, t.at, t.at, ${NOW} + t.ttl * '1 minute'::interval, t.ttl
FROM puts p
CROSS JOIN LATERAL (
  SELECT ${NOW} + p.at::float8 * '1 microsecond'::interval AS at, (p.item ->> 2)::float8 AS ttl
) t${locks ? "\nCROSS JOIN (SELECT pg_catalog.count(*) FROM locked) l" : ""}
ORDER BY p.path COLLATE "C", p.key COLLATE "C"
ON CONFLICT (namespace_path, key) DO UPDATE SET
  value = EXCLUDED.value,
  created_at = CASE WHEN s.expires_at <= ${NOW} THEN EXCLUDED.created_at ELSE s.created_at END,
  updated_at = CASE WHEN s.expires_at <= ${NOW} THEN EXCLUDED.updated_at ELSE GREATEST(EXCLUDED.updated_at, s.updated_at) END,
  expires_at = EXCLUDED.expires_at,
  ttl_minutes = EXCLUDED.ttl_minutes
RETURNING true AS written`;
