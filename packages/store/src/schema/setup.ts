import {
  assertServer,
  ConfigurationError,
  checkSchemaName,
  createSchemaCommand,
  type Driver,
  execute,
  lockCommand,
  type Queryable,
  SERVER_COLUMNS,
  type ServerColumns,
} from "@waypost/core/adapter";
import type { CheckedIndex } from "../input/index-options.js";
import { MIGRATIONS } from "./migrations/index.js";
import { MIGRATIONS_TABLE, storeTablesIn } from "./tables.js";
import { areVectorsReady, setupVectors } from "./vectors.js";

interface State {
  readonly schemaExists: boolean;
  /** Version of the last migration applied; 0 for none. */
  readonly version: number;
}

/**
 * Creates or upgrades the tables of the store. Safe to call at every start and from many processes at once:
 * tables that are up to date cost two reads, take no lock and need no right to create.
 *
 * @param index what vectors need
 * @throws ConfigurationError if the server is too old, the database is not encoded in UTF-8, the table is one of
 *   Python's store, or vectors are wanted and can't be stored
 */
export async function setup(driver: Driver, schema: string, index?: CheckedIndex): Promise<void> {
  const isReady = (await readState(driver, schema)).version >= MIGRATIONS.length;
  if (isReady && (index === undefined || (await areVectorsReady(driver, schema, index)))) return;
  await driver.transaction(async (tx) => {
    await execute(tx, lockCommand(schema));
    const { schemaExists, version } = await readState(tx, schema);
    if (!schemaExists) await execute(tx, createSchemaCommand(schema));
    for (const command of migrationCommands(schema, version)) await execute(tx, command);
    if (index !== undefined) await setupVectors(tx, schema, index);
  });
}

async function readState(session: Queryable, schema: string): Promise<State> {
  // Catalogs can be read without any right on the schema, and an absent table is no error there.
  const [found] = await session.query<
    ServerColumns & { namespace: boolean; bookkeeping: boolean; python: boolean }
  >({
    name: "",
    text: `SELECT ${SERVER_COLUMNS},
  EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1::text) AS namespace,
  EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::text AND c.relname = '${MIGRATIONS_TABLE}'
  ) AS bookkeeping,
  EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = $1::text AND c.relname = 'store' AND a.attname = 'prefix'
  ) AS python`,
    values: [schema],
  });
  assertServer(found);
  if (found.python) throw pythonStore(schema);
  if (!found.bookkeeping) return { schemaExists: found.namespace, version: 0 };
  const [row] = await session.query<{ version: number | null }>({
    name: "",
    text: `SELECT pg_catalog.max(version) AS version FROM ${storeTablesIn(schema).migrations}`,
    values: [],
  });
  return { schemaExists: true, version: row?.version ?? 0 };
}

function migrationCommands(schema: string, from: number): string[] {
  const tables = storeTablesIn(schema);
  const bookkeeping = `CREATE TABLE IF NOT EXISTS ${tables.migrations} (
  version INTEGER PRIMARY KEY,
  applied_at TIMESTAMPTZ NOT NULL DEFAULT pg_catalog.now()
)`;
  const pending = MIGRATIONS.slice(from).flatMap((migration, index) => [
    ...migration(tables, schema),
    `INSERT INTO ${tables.migrations} (version) VALUES (${from + index + 1}) ON CONFLICT DO NOTHING`,
  ]);
  return pending.length === 0 ? [] : [bookkeeping, ...pending];
}

const pythonStore = (schema: string) =>
  new ConfigurationError(
    "WAYPOST_PYTHON_STORE",
    `The table "store" in schema "${schema}" is that of LangGraph's store for Python, which has other columns. Pass another schema, e.g. { schema: "memories" }. Nothing was created.`,
  );

/**
 * What `setup()` does to an empty database or to that of the official store, as a script that can be reviewed
 * and run by someone else, as often as they like.
 *
 * @param schema name of the schema, as in the store's options
 * @returns SQL without parameters, for psql or any migration tool
 * @throws InvalidInputError if the schema's name can't be used
 */
export function storeSetupScript(schema = "public"): string {
  checkSchemaName(schema);
  const commands = [
    "BEGIN",
    lockCommand(schema),
    ...(schema === "public" ? [] : [createSchemaCommand(schema)]),
    ...migrationCommands(schema, 0),
    "COMMIT",
  ];
  return commands.map((command) => `${command};\n`).join("\n");
}
