import type { Queryable } from "../driver.js";
import { InvalidInputError, WaypostError } from "../errors.js";

/** The tables with a row for each thread's own things, which grow with their number. */
const THREAD_TABLES = ["checkpoints", "checkpoint_blobs", "checkpoint_writes", "waypost_parts"];

const MAX_PARTITIONS = 1024;

/** @throws InvalidInputError naming the option and what to pass */
export function checkPartitions(partitions: unknown): number | undefined {
  if (partitions === undefined) return undefined;
  const count = partitions as number;
  if (!Number.isInteger(count) || count < 2 || count > MAX_PARTITIONS) {
    throw new InvalidInputError(
      `The option "partitions" must be a whole number from 2 to ${MAX_PARTITIONS}.`,
    );
  }
  return count;
}

/**
 * Commands that create a table of threads. The number of partitions is part of their names, so that a
 * script for another number fails instead of passing over those that are there.
 *
 * @param columns in parentheses, with the keys
 */
export function threadTable(table: string, columns: string, partitions?: number): string[] {
  const create = `CREATE TABLE IF NOT EXISTS ${table} ${columns}`;
  if (partitions === undefined) return [create];
  const parts = Array.from(
    { length: partitions },
    (_, n) => `CREATE TABLE IF NOT EXISTS ${table}_${n}_of_${partitions} PARTITION OF ${table}
  FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${n})`,
  );
  return [`${create} PARTITION BY HASH (thread_id)`, ...parts];
}

/** @throws WaypostError if there are tables that are not partitioned by thread into that many */
export async function refuseOtherPartitions(
  session: Queryable,
  schema: string,
  partitions: number,
): Promise<void> {
  const found = await session.query<{ name: string; key: string | null; count: number }>({
    name: "",
    text: `SELECT c.relname AS name, pg_get_partkeydef(c.oid) AS key,
  (SELECT count(*)::int FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS count
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = ANY ($2::text[]) ORDER BY c.relname`,
    values: [schema, THREAD_TABLES],
  });
  const other = found.find(({ key, count }) => key !== "HASH (thread_id)" || count !== partitions);
  if (other === undefined) return;
  const how = other.key === null ? "not partitioned" : `of ${other.count} partitions`;
  throw new WaypostError(
    "WAYPOST_PARTITIONS",
    `The table ${other.name} is there already and ${how}; leave out "partitions", or set up another schema with ${partitions} and move the threads there with \`waypost export\` and \`waypost import\`.`,
  );
}
