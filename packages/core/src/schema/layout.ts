import type { Queryable } from "../driver/driver.js";
import { ConfigurationError, InvalidInputError } from "../errors/errors.js";
import { quoteLiteral, type Tables } from "./identifiers.js";
import { CONTENT_TABLES, isOfThreads, TABLE_KEYS, TABLES } from "./tables.js";

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
 * Commands that create a table of threads, whole or in partitions by the hash of `thread_id`. Their
 * number is part of their names: a script for another one fails instead of finding them there.
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
  const part = (
    remainder: number,
  ) => `CREATE TABLE IF NOT EXISTS ${table}_${remainder}_of_${partitions}
  PARTITION OF ${table} FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${remainder})`;
  return [
    `${create} PARTITION BY HASH (thread_id)`,
    ...Array.from({ length: partitions }, (_, remainder) => part(remainder)),
  ];
}

/**
 * Commands that spread the tables over the nodes of a Citus cluster, a thread on one of them; the small tables are
 * copied to each. What they held stays on the coordinator's disk, where no statement finds it, until it is truncated.
 */
export function distributeCommands(tables: Tables): string[] {
  const { checkpoints } = tables;
  const once = (table: string, call: string) => [
    `SELECT pg_catalog.${call} WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = ${quoteLiteral(table)}::pg_catalog.regclass
)`,
    `SELECT pg_catalog.truncate_local_data_after_distributing_table(${quoteLiteral(table)})
WHERE pg_catalog.pg_relation_size(${quoteLiteral(table)}::pg_catalog.regclass) > 0`,
  ];
  const spread = tablesWhere(tables, true).flatMap((table) => {
    const others = table === checkpoints ? "none" : checkpoints;
    const call = `create_distributed_table(${quoteLiteral(table)}, 'thread_id', colocate_with => ${quoteLiteral(others)})`;
    return once(table, call);
  });
  const copied = tablesWhere(tables, false).flatMap((table) =>
    once(table, `create_reference_table(${quoteLiteral(table)})`),
  );
  return [...spread, ...copied];
}

/**
 * Comes before all that changes tables: Citus refuses to distribute one in a transaction in which it has used several
 * connections to a node.
 */
export const ONE_CONNECTION_A_NODE =
  "SELECT pg_catalog.set_config('citus.multi_shard_modify_mode', 'sequential', true)";

const tablesWhere = (tables: Tables, ofThreads: boolean) =>
  TABLE_KEYS.filter((key) => isOfThreads(TABLES[key]) === ofThreads).map((key) => tables[key]);

/** Whether nothing is left to be distributed; the tables need not be there. */
export const isDistributed = async (session: Queryable, tables: Tables): Promise<boolean> =>
  (await countDistributed(session, tables)) === TABLE_KEYS.length;

/** Whether some table is distributed, so that what an upgrade adds must be, too. */
export async function isPartlyDistributed(session: Queryable, tables: Tables): Promise<boolean> {
  const [known] = await session.query<{ citus: boolean }>({
    name: "",
    text: "SELECT pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS citus",
    values: [],
  });
  return known?.citus === true && (await countDistributed(session, tables)) > 0;
}

async function countDistributed(session: Queryable, tables: Tables): Promise<number> {
  const all = TABLE_KEYS.map((key) => tables[key]);
  const [found] = await session.query<{ count: number }>({
    name: "",
    text: `SELECT pg_catalog.count(*)::int AS count FROM pg_catalog.pg_dist_partition
WHERE logicalrelid = ANY (ARRAY(SELECT pg_catalog.to_regclass(name) FROM pg_catalog.unnest($1::text[]) AS t(name)))`,
    values: [all],
  });
  return found?.count ?? 0;
}

/** @throws ConfigurationError on a worker: tables are distributed by the coordinator only */
export async function requireCoordinator(session: Queryable): Promise<void> {
  const [local] = await session.query<{ group: number }>({
    name: "",
    text: 'SELECT groupid AS "group" FROM pg_catalog.pg_dist_local_group',
    values: [],
  });
  if (local?.group === 0) return;
  throw new ConfigurationError(
    "WAYPOST_NO_CITUS",
    'This server is a worker of the Citus cluster; connect to the coordinator for `setup({ distribute: "citus" })`. Nothing was created.',
  );
}

/**
 * @param schema its name, not quoted
 * @throws ConfigurationError where the tables that are there do not have the layout, or can't get it
 */
export async function checkLayout(
  session: Queryable,
  schema: string,
  { partitions, distribute }: Layout,
): Promise<void> {
  if (distribute === "citus") await requireCitus(session);
  if (partitions === undefined) return;
  const tables = await session.query<{ key: string | null; count: number }>({
    name: "",
    text: `SELECT pg_catalog.pg_get_partkeydef(c.oid) AS key,
  (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS count
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname = ANY ($2::text[])`,
    values: [schema, CONTENT_TABLES.map(({ name }) => name)],
  });
  const other = tables.find(({ key, count }) => key !== "HASH (thread_id)" || count !== partitions);
  if (other === undefined) return;
  throw new ConfigurationError(
    "WAYPOST_PARTITIONS",
    `The tables are there already, ${other.key === null ? "without partitions" : `in ${other.count} partitions by ${other.key}`}; partitions are made with the tables only. Set up another schema with \`partitions\`, and move the threads with \`waypost export\` and \`import\`.`,
  );
}

async function requireCitus(session: Queryable): Promise<void> {
  const found = await session.query({
    name: "",
    text: "SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus'",
    values: [],
  });
  if (found.length > 0) return;
  throw new ConfigurationError(
    "WAYPOST_NO_CITUS",
    "The extension citus is not installed in this database; CREATE EXTENSION citus, or leave out `distribute`. Nothing was created.",
  );
}
