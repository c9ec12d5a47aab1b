import { createHash, randomUUID } from "node:crypto";
import { PUTS_PER_CALLER, perOperation } from "../scenarios/concurrency.ts";
import type { Operation, RawWork } from "../scenarios/scenario.ts";
import type { Raw, RawStatement } from "../subjects/subject.ts";

/** Where the raw statements of a schema write and read. */
export const rawTable = (schema: string): string => `"${schema}".raw`;

const statement = (text: string, values: readonly string[]): RawStatement => ({
  name: `raw_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`,
  text,
  values,
});

/** One row a value under one key, as simple as a table can be. */
export function insertStatement(table: string, key: string, rows: readonly string[]): RawStatement {
  const tuples = rows.map((_, i) => `($1::text, ${i}, $${i + 2}::text)`).join(", ");
  const text = `INSERT INTO ${table} (key, position, value) VALUES ${tuples}`;
  return statement(text, [key, ...rows]);
}

export const selectStatement = (table: string, key: string): RawStatement =>
  statement(`SELECT value FROM ${table} WHERE key = $1::text ORDER BY position`, [key]);

export const READ_KEY = "read";

/** Creates a schema with the table, and the rows to be read. */
export async function prepareFloor(raw: Raw, schema: string, work: RawWork): Promise<void> {
  const table = rawTable(schema);
  await raw(statement(`CREATE SCHEMA "${schema}"`, []));
  const create = `CREATE TABLE ${table} (key text, position int, value text, PRIMARY KEY (key, position))`;
  await raw(statement(create, []));
  if (work.kind === "read") await raw(insertStatement(table, READ_KEY, work.rows));
}

/** The limit of a driver: the same bytes in a single statement, without a saver. */
export function floorOperation(raw: Raw, schema: string, work: RawWork): Operation {
  const table = rawTable(schema);
  const run = async () => {
    if (work.kind === "write") return raw(insertStatement(table, randomUUID(), work.rows));
    const found = await raw(selectStatement(table, READ_KEY));
    if (found.length !== work.rows.length) throw new Error("The raw rows are not all there.");
    return found;
  };
  const { callers } = work;
  if (callers === undefined) return async (meter) => [await meter(run)];
  const all = Array.from({ length: callers }, () => run);
  return async (meter) => [await perOperation(all, PUTS_PER_CALLER, meter)];
}
