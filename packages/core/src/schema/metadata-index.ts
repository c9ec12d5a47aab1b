import type { Driver, Queryable } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { sqlState } from "../errors/sqlstate.js";
import { quoteIdentifier, tablesIn } from "./identifiers.js";
import { TABLES } from "./tables.js";

/** What an index is made on: the table of checkpoints, and each of its partitions. */
interface Target {
  /** Quoted, and with its schema. */
  readonly relation: string;
  readonly partitioned: boolean;
  /** What follows the table's name in that of the partition. */
  readonly suffix: string;
  /** Null where there is no index; false while one is made, or where that was given up. */
  readonly valid: boolean | null;
  readonly building: boolean;
}

const NAME = "waypost_metadata";

/**
 * Makes the index by which filters find metadata, if it is not there, while the table is written to. What an
 * attempt left behind that was given up is made anew; where somebody else makes it, it waits for them.
 *
 * @throws InvalidInputError in a transaction, where Postgres makes no index concurrently
 */
export async function createMetadataIndex(driver: Driver, schema: string): Promise<void> {
  const targets = await readTargets(driver, schema);
  if (targets.every(({ valid }) => valid)) return;
  if (await driver.transaction(async ({ joined }) => joined)) throw inTransaction();
  try {
    for (const command of commandsFor(targets, schema)) {
      await driver.query({ text: command, values: [], name: "" });
    }
  } catch (cause) {
    if (sqlState(cause) !== IN_TRANSACTION) throw cause;
    throw inTransaction(cause);
  }
}

function commandsFor(targets: readonly Target[], schema: string): string[] {
  const qualified = ({ suffix }: Target) =>
    `${quoteIdentifier(schema)}.${quoteIdentifier(NAME + suffix)}`;
  const made = targets
    .filter(({ partitioned, valid }) => !(partitioned || valid))
    .flatMap((target) => [
      ...(target.valid === false && !target.building
        ? [`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(target)}`]
        : []),
      createCommand(target.relation, NAME + target.suffix, "CONCURRENTLY "),
    ]);
  const parent = targets.find(({ partitioned }) => partitioned);
  if (parent === undefined) return made;
  // Of a partitioned table Postgres makes no index concurrently, but takes those of its partitions together.
  const attached = targets
    .filter((target) => target !== parent)
    .map((part) => `ALTER INDEX ${qualified(parent)} ATTACH PARTITION ${qualified(part)}`);
  return [createCommand(`ONLY ${parent.relation}`, NAME), ...made, ...attached];
}

const createCommand = (relation: string, name: string, how = ""): string =>
  `CREATE INDEX ${how}IF NOT EXISTS ${quoteIdentifier(name)} ON ${relation} USING gin (metadata pg_catalog.jsonb_path_ops)`;

function readTargets(session: Queryable, schema: string): Promise<Target[]> {
  return session.query<Target & object>({
    name: "",
    text: `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation, c.relkind = 'p' AS partitioned,
  pg_catalog.substr(c.relname::text, ${TABLES.checkpoints.name.length + 1}) AS suffix,
  x.indisvalid AS valid, EXISTS (
    SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid
  ) AS building
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class i ON i.relnamespace = n.oid
  AND i.relname::text = $2::text || pg_catalog.substr(c.relname::text, ${TABLES.checkpoints.name.length + 1})
LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid
WHERE c.oid = pg_catalog.to_regclass($1::text)
  OR c.oid IN (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = pg_catalog.to_regclass($1::text))
ORDER BY c.relname`,
    values: [tablesIn(schema).checkpoints, NAME],
  });
}

const IN_TRANSACTION = "25001";

const inTransaction = (cause?: unknown) =>
  new InvalidInputError(
    'Postgres makes no index concurrently in a transaction: call setup({ metadataIndex: true }) on a saver over a pool or a connection, outside of a transaction and without the option "session", or run `waypost setup --metadata-index`.',
    { cause },
  );
