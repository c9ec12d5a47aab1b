import type { Queryable } from "../driver.js";
import { InvalidInputError, WaypostError } from "../errors.js";
import type { Tables } from "./identifiers.js";

/** How the tables of threads are spread. */
export interface Layout {
  /** How many partitions each has; undefined for none. */
  readonly partitions: number | undefined;
  readonly distribute: "citus" | undefined;
}

/** Each partition is a table with an index of its own; more slow down every plan. */
const MAX_PARTITIONS = 1024;

/** @throws InvalidInputError naming the option and what to pass */
export function layoutOf(options: {
  readonly partitions?: unknown;
  readonly distribute?: unknown;
}): Layout {
  const { partitions, distribute } = options;
  const count = partitions as number;
  if (
    partitions !== undefined &&
    !(Number.isInteger(count) && count >= 2 && count <= MAX_PARTITIONS)
  ) {
    throw new InvalidInputError(
      `The option "partitions" must be a whole number from 2 to ${MAX_PARTITIONS}.`,
    );
  }
  if (distribute !== undefined && distribute !== "citus") {
    throw new InvalidInputError('The option "distribute" must be "citus".');
  }
  if (partitions !== undefined && distribute !== undefined) {
    throw new InvalidInputError('Pass "partitions" or "distribute", not both.');
  }
  return { partitions: partitions === undefined ? undefined : count, distribute };
}

/**
 * Commands that create a table of threads, whole or in partitions by the hash of `thread_id`.
 *
 * @param columns what stands between the parentheses; the primary key begins with `thread_id`
 */
export function createThreadTable(
  table: string,
  columns: string,
  partitions: number | undefined,
): string[] {
  const create = `CREATE TABLE IF NOT EXISTS ${table} (\n${columns}\n)`;
  if (partitions === undefined) return [create];
  const part = (remainder: number) => `CREATE TABLE IF NOT EXISTS ${table}_${remainder}
  PARTITION OF ${table} FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${remainder})`;
  return [
    `${create} PARTITION BY HASH (thread_id)`,
    ...Array.from({ length: partitions }, (_, remainder) => part(remainder)),
  ];
}

/** Commands that spread the tables over the nodes of a Citus cluster, a thread on one of them. */
export function distributeCommands(tables: Tables, quote: (text: string) => string): string[] {
  const { checkpoints, blobs, writes, parts, deleted, settings } = tables;
  const once = (table: string, call: string) =>
    `SELECT pg_catalog.${call} WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = ${quote(table)}::pg_catalog.regclass
)`;
  const spread = [checkpoints, blobs, writes, parts, deleted].map((table) => {
    const others = table === checkpoints ? "none" : checkpoints;
    const call = `create_distributed_table(${quote(table)}, 'thread_id', colocate_with => ${quote(others)})`;
    return once(table, call);
  });
  return [...spread, once(settings, `create_reference_table(${quote(settings)})`)];
}

/**
 * @param schema its name, not quoted
 * @throws WaypostError where the tables that are there do not have the layout, or can't get it
 */
export async function checkLayout(
  session: Queryable,
  schema: string,
  { partitions, distribute }: Layout,
): Promise<void> {
  if (partitions === undefined && distribute === undefined) return;
  const [found] = await session.query<{ citus: boolean; partitions: number | null }>({
    name: "",
    text: `SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus') AS citus, (
    SELECT (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_inherits WHERE inhparent = c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::text AND c.relname = 'checkpoints'
  ) AS partitions`,
    values: [schema],
  });
  if (distribute === "citus" && !found?.citus) {
    throw new WaypostError(
      "WAYPOST_NO_CITUS",
      "The extension citus is not installed in this database; CREATE EXTENSION citus, or leave out `distribute`. Nothing was created.",
    );
  }
  const current = found?.partitions ?? partitions;
  if (partitions === undefined || current === partitions) return;
  throw new WaypostError(
    "WAYPOST_PARTITIONS",
    `The tables are there already, ${current === 0 ? "without partitions" : `in ${current} partitions`}; partitions are made with the tables only. Set up another schema with \`partitions\`, and move the threads with \`waypost export\` and \`import\`.`,
  );
}
