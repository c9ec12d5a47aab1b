import type { Driver, Queryable } from "../driver.js";
import { InvalidInputError, WaypostError } from "../errors.js";
import { type Storage, setStorage, storageStatements } from "../sql/storage.js";
import { checkDistribute, distributeCommands, requireCitus } from "./citus.js";
import { checkSchemaName, quoteIdentifier, quoteLiteral, tablesIn } from "./identifiers.js";
import { MIGRATIONS } from "./migrations/index.js";
import { checkPartitions, refuseOtherPartitions } from "./partitions.js";

export interface SetupOptions {
  /**
   * How values are stored from now on: `"shared"`, a version stores what the one before it does not have;
   * `"whole"`, as the official savers do, which can read them. Both are always readable. Default: as it
   * is; tables that `setup()` creates are `"shared"`, those it finds are `"whole"`.
   */
  storage?: Storage;
  /**
   * Into how many hash partitions by thread the tables are split that `setup()` creates, 2 to 1024.
   * Tables that are there stay as they are. Default: none.
   */
  partitions?: number;
  /**
   * `"citus"` distributes the tables by thread over the nodes of Citus, whose extension must be
   * installed. Not with `partitions`. Default: none. Has not been run on Citus itself.
   */
  distribute?: "citus";
}

interface State {
  readonly schemaExists: boolean;
  /** Version of the last migration applied; 0 for none. */
  readonly version: number;
}

/**
 * Creates or upgrades the tables. Safe to call at every start and from many processes at once: a
 * schema that is up to date costs two reads, takes no lock and needs no right to create.
 *
 * @throws WaypostError if the database is not encoded in UTF-8, the tables are there with other
 *   partitions, or Citus is missing; the driver's error if a statement is refused.
 */
export async function setup(
  driver: Driver,
  schema: string,
  options: SetupOptions = {},
): Promise<void> {
  const checked = checkSetup(options);
  const { partitions, distribute, storage } = checked;
  const { version } = await readState(driver, schema);
  if (version < MIGRATIONS.length || distribute !== undefined) {
    await driver.transaction((tx) => create(tx, schema, checked));
  } else if (partitions !== undefined) await refuseOtherPartitions(driver, schema, partitions);
  if (storage !== undefined) await driver.query(storageStatements(tablesIn(schema)).set(storage));
}

async function create(
  tx: Queryable,
  schema: string,
  { partitions, distribute }: SetupOptions,
): Promise<void> {
  await execute(tx, lockCommand(schema));
  const state = await readState(tx, schema);
  if (distribute !== undefined) await requireCitus(tx);
  if (partitions !== undefined) await refuseOtherPartitions(tx, schema, partitions);
  const commands = [
    ...(state.schemaExists ? [] : [createSchemaCommand(schema)]),
    ...migrationCommands(schema, state.version, partitions),
    ...(distribute === undefined ? [] : distributeCommands(tablesIn(schema))),
  ];
  for (const command of commands) await execute(tx, command);
}

/** @throws InvalidInputError naming the option and what to pass */
function checkSetup({ storage, ...options }: SetupOptions): SetupOptions {
  if (storage !== undefined && storage !== "shared" && storage !== "whole") {
    throw new InvalidInputError('The option "storage" must be "shared" or "whole".');
  }
  const partitions = checkPartitions(options.partitions);
  const distribute = checkDistribute(options.distribute);
  if (partitions !== undefined && distribute !== undefined) {
    throw new InvalidInputError(
      'Pass "partitions" or "distribute", not both: Citus divides the tables itself.',
    );
  }
  return { storage, partitions, distribute };
}

/**
 * What `setup()` does to an empty or official database, as a script that can be reviewed and run
 * by someone else, as often as they like.
 *
 * @param schema name of the schema, as in the saver's options
 * @param options those of `setup()`
 * @returns SQL without parameters, for psql or any migration tool
 * @throws InvalidInputError if the schema's name or an option can't be used
 */
export function setupScript(schema = "public", options: SetupOptions = {}): string {
  checkSchemaName(schema);
  const { storage, partitions, distribute } = checkSetup(options);
  const tables = tablesIn(schema);
  const commands = [
    "BEGIN",
    lockCommand(schema),
    ...(schema === "public" ? [] : [createSchemaCommand(schema)]),
    ...migrationCommands(schema, 0, partitions),
    ...(storage === undefined ? [] : [setStorage(tables, quoteLiteral(storage))]),
    ...(distribute === undefined ? [] : distributeCommands(tables)),
    "COMMIT",
  ];
  return commands.map((command) => `${command};\n`).join("\n");
}

async function readState(session: Queryable, schema: string): Promise<State> {
  // Catalogs can be read without any right on the schema, and an absent table is no error there.
  const [found] = await session.query<{
    encoding: string;
    namespace: boolean;
    bookkeeping: boolean;
  }>({
    name: "",
    text: `SELECT current_setting('server_encoding') AS encoding,
  EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1::text) AS namespace,
  EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::text AND c.relname = 'waypost_migrations'
  ) AS bookkeeping`,
    values: [schema],
  });
  if (found?.encoding !== "UTF8") {
    throw new WaypostError(
      "WAYPOST_ENCODING",
      "Waypost needs a database encoded in UTF8; create one with ENCODING 'UTF8'.",
    );
  }
  if (!found.bookkeeping) return { schemaExists: found.namespace, version: 0 };
  const [row] = await session.query<{ version: number | null }>({
    name: "",
    text: `SELECT max(version) AS version FROM ${tablesIn(schema).migrations}`,
    values: [],
  });
  return { schemaExists: true, version: row?.version ?? 0 };
}

function migrationCommands(schema: string, from: number, partitions?: number): string[] {
  const tables = tablesIn(schema);
  const bookkeeping = `CREATE TABLE IF NOT EXISTS ${tables.migrations} (
  version INTEGER PRIMARY KEY,
  applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)`;
  // Before the first migration: tables that are there already may be read by another saver, too.
  const storage = [
    `CREATE TABLE IF NOT EXISTS ${tables.settings} (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
)`,
    `INSERT INTO ${tables.settings} (name, value)
SELECT 'storage', CASE WHEN to_regclass(${quoteLiteral(tables.checkpoints)}) IS NULL THEN 'shared' ELSE 'whole' END
ON CONFLICT DO NOTHING`,
  ];
  const pending = MIGRATIONS.slice(from).flatMap((migration, index) => [
    ...migration(tables, partitions),
    `INSERT INTO ${tables.migrations} (version) VALUES (${from + index + 1}) ON CONFLICT DO NOTHING`,
  ]);
  return from < MIGRATIONS.length ? [bookkeeping, ...storage, ...pending] : [];
}

function createSchemaCommand(schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`;
}

/** Held until the transaction ends, hence also correct where a pooler changes the session between transactions. */
function lockCommand(schema: string): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended(${quoteLiteral(`waypost setup ${schema}`)}, 0))`;
}

function execute(session: Queryable, text: string): Promise<object[]> {
  return session.query({ text, values: [], name: "" });
}
