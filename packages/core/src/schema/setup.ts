import type { Driver, Queryable } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertFlag } from "../input/maintenance.js";
import { checkSchemaName, quoteLiteral, tablesIn } from "./identifiers.js";
import {
  checkLayout,
  distributeCommands,
  isDistributed,
  isPartlyDistributed,
  type Layout,
  layoutOf,
  ONE_CONNECTION_A_NODE,
  requireCoordinator,
} from "./layout.js";
import { createMetadataIndex } from "./metadata-index.js";
import { MIGRATIONS } from "./migrations/index.js";
import {
  assertServer,
  createSchemaCommand,
  execute,
  lockCommand,
  OLDEST_SERVER,
  SERVER_COLUMNS,
  type ServerColumns,
} from "./session.js";
import { type Storage, setStorageStatement } from "./storage-setting.js";
import { OFFICIAL_ELSEWHERE, officialElsewhere, unquotedName } from "./unquoted.js";

/** What `setup()` does beside creating and upgrading the tables. */
export interface SetupOptions {
  /**
   * How values are stored from now on: `"incremental"` stores each version as what it adds to the version
   * before, `"full"` stores all of its bytes, which the official saver can read. A saver reads both.
   * Default: no change. Tables that `setup()` creates are incremental, tables that it finds are full.
   */
  storage?: Storage;
  /**
   * Number of partitions by the hash of `thread_id`, 2 to 1,024, for new tables. Existing tables must have
   * as many. Default: no partitions.
   */
  partitions?: number;
  /**
   * Distributes new and existing tables over a Citus cluster by `thread_id`. Default: only what an upgrade adds to
   * distributed tables.
   */
  distribute?: "citus";
  /**
   * Makes an index on the metadata of checkpoints, by which the filters of `listThreads`, `deleteThreads` and `list`
   * find threads without reading the whole table. It is made concurrently: runs go on meanwhile. Not within a
   * transaction. Default false: no change.
   */
  metadataIndex?: boolean;
}

const SCRIPT_KEYS = { partitions: true, distribute: true } as const;
const SETUP_KEYS: OptionKeys<SetupOptions> = {
  ...{ storage: true, metadataIndex: true },
  ...SCRIPT_KEYS,
};

interface State {
  readonly schemaExists: boolean;
  /** Version of the last migration applied; 0 for none. */
  readonly version: number;
}

/**
 * Creates or upgrades the tables. Safe to call at every start and from many processes at once: a
 * schema that is up to date costs two reads, takes no lock and needs no right to create.
 *
 * @param oldest version of the oldest server that will do, as `server_version_num` has it
 * @throws ConfigurationError if the server is older, the database is not encoded in UTF-8, or the official saver's tables
 *   lie in another schema than the name suggests; the driver's error if a statement is refused.
 */
export async function setup(
  driver: Driver,
  schema: string,
  options: SetupOptions = {},
  oldest = OLDEST_SERVER,
): Promise<void> {
  assertKeys(options, "setup", SETUP_KEYS);
  const storage = storageOf(options);
  const metadataIndex = assertFlag(options.metadataIndex ?? false, "metadataIndex");
  const layout = layoutOf(options);
  await checkLayout(driver, schema, layout);
  if (!(await isReady(driver, schema, layout, oldest))) {
    await driver.transaction(async (tx) => {
      await execute(tx, lockCommand(schema));
      const state = await readState(tx, schema, oldest);
      const { partitions } = layout;
      const distribute = await distributionOf(tx, schema, layout);
      if (!state.schemaExists) await execute(tx, createSchemaCommand(schema));
      // Somebody else may have made the tables meanwhile.
      await checkLayout(tx, schema, layout);
      const commands = migrationCommands(schema, state.version, { partitions, distribute });
      for (const command of commands) await execute(tx, command);
    });
  }
  if (storage !== undefined) await driver.query(setStorageStatement(tablesIn(schema))(storage));
  if (metadataIndex) await createMetadataIndex(driver, schema);
}

/** @throws ConfigurationError on a worker of a cluster, where tables can't be changed */
async function distributionOf(
  tx: Queryable,
  schema: string,
  { distribute }: Layout,
): Promise<Layout["distribute"]> {
  if (distribute === undefined && !(await isPartlyDistributed(tx, tablesIn(schema)))) return;
  await requireCoordinator(tx);
  return "citus";
}

async function isReady(
  session: Queryable,
  schema: string,
  { distribute }: Layout,
  oldest: number,
): Promise<boolean> {
  if ((await readState(session, schema, oldest)).version < MIGRATIONS.length) return false;
  return distribute === undefined || isDistributed(session, tablesIn(schema));
}

/** @throws InvalidInputError naming the option and what to pass */
function storageOf({ storage }: SetupOptions): Storage | undefined {
  if (storage === undefined || storage === "incremental" || storage === "full") return storage;
  throw new InvalidInputError('The option "storage" must be "incremental" or "full".');
}

/**
 * What `setup()` does to an empty or official database, as a script that can be reviewed and run
 * by someone else, as often as they like.
 *
 * @param schema name of the schema, as in the saver's options
 * @param options.partitions @param options.distribute as of `setup()`
 * @returns SQL without parameters, for psql or any migration tool
 * @throws InvalidInputError if the schema's name can't be used
 */
export function setupScript(
  schema = "public",
  options: Pick<SetupOptions, "partitions" | "distribute"> = {},
): string {
  checkSchemaName(schema);
  assertKeys(options, "setupScript", SCRIPT_KEYS);
  const layout = layoutOf(options);
  const commands = [
    "BEGIN",
    lockCommand(schema),
    ...(schema === "public" ? [] : [createSchemaCommand(schema)]),
    ...migrationCommands(schema, 0, layout),
    "COMMIT",
  ];
  return commands.map((command) => `${command};\n`).join("\n");
}

async function readState(session: Queryable, schema: string, oldest: number): Promise<State> {
  // Catalogs can be read without any right on the schema, and an absent table is no error there.
  const [found] = await session.query<
    ServerColumns & { namespace: boolean; bookkeeping: boolean; elsewhere: boolean }
  >({
    name: "",
    text: `SELECT ${SERVER_COLUMNS},
  EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1::text) AS namespace,
  EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::text AND c.relname = 'waypost_migrations'
  ) AS bookkeeping,
  ${OFFICIAL_ELSEWHERE} AS elsewhere`,
    values: [schema, unquotedName(schema)],
  });
  assertServer(found, oldest);
  if (found.elsewhere) throw officialElsewhere(schema);
  if (!found.bookkeeping) return { schemaExists: found.namespace, version: 0 };
  const [row] = await session.query<{ version: number | null }>({
    name: "",
    text: `SELECT pg_catalog.max(version) AS version FROM ${tablesIn(schema).migrations}`,
    values: [],
  });
  return { schemaExists: true, version: row?.version ?? 0 };
}

function migrationCommands(schema: string, from: number, layout: Layout): string[] {
  const tables = tablesIn(schema);
  const bookkeeping = `CREATE TABLE IF NOT EXISTS ${tables.migrations} (
  version INTEGER PRIMARY KEY,
  applied_at TIMESTAMPTZ NOT NULL DEFAULT pg_catalog.now()
)`;
  // Before the first migration: tables that are there already may be read by another saver, too.
  const storage = [
    `CREATE TABLE IF NOT EXISTS ${tables.settings} (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
)`,
    `INSERT INTO ${tables.settings} (name, value)
SELECT 'storage', CASE WHEN pg_catalog.to_regclass(${quoteLiteral(tables.checkpoints)}) IS NULL THEN 'incremental' ELSE 'full' END
ON CONFLICT DO NOTHING`,
  ];
  const pending = MIGRATIONS.slice(from).flatMap((migration, index) => [
    ...migration(tables, layout.partitions),
    `INSERT INTO ${tables.migrations} (version) VALUES (${from + index + 1}) ON CONFLICT DO NOTHING`,
  ]);
  const created = from < MIGRATIONS.length ? [bookkeeping, ...storage, ...pending] : [];
  if (layout.distribute === undefined) return created;
  return [ONE_CONNECTION_A_NODE, ...created, ...distributeCommands(tables)];
}
