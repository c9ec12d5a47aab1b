import {
  InvalidInputError,
  type OptionKeys,
  refuseClient,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import type { KyselyDatabase } from "./client.js";
import { KyselyDriver } from "./driver.js";

/** Options of `KyselySaver`. There is no `prepare`, because Kysely sends no named statements. */
export interface KyselySaverOptions extends Omit<SaverOptions, "prepare"> {
  /**
   * A Kysely of a read replica. `list` and `listThreads` read there, and may return stale data; everything
   * else uses the primary. The saver never destroys it. Default: the same Kysely.
   */
  read?: KyselyDatabase;
}

const { prepare: _, ...COMMON_KEYS } = SAVER_KEYS;
const KEYS: OptionKeys<KyselySaverOptions> = { ...COMMON_KEYS, read: true };
/** Kysely hands on no names of statements. */
const INSTEAD = { prepare: "preparedPool(pool) in the dialect" };

/**
 * Stores LangGraph checkpoints in Postgres through Kysely, with any Postgres dialect.
 *
 * @example
 * const saver = new KyselySaver(db);
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class KyselySaver extends WaypostSaver {
  /**
   * @param db a Kysely with a Postgres dialect (`PostgresDialect`, `PostgresJSDialect`, `PGliteDialect`),
   *   or a transaction of it, which the saver joins. Its plugins do not apply to the saver's queries. The
   *   saver never destroys it.
   * @param options options of the saver
   * @throws InvalidInputError if it is neither, or an option can't be used
   */
  constructor(db: KyselyDatabase, options: KyselySaverOptions = {}, ...further: never[]) {
    const reader = readerFor(options);
    super(driverFor(db), options, { reader, keys: KEYS, instead: INSTEAD, further });
  }
}

function readerFor(options: KyselySaverOptions | null): KyselyDriver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, 'For the option "read", pass a Kysely.');
}

function driverFor(db: unknown, pass = "Pass a Kysely or a transaction of it."): KyselyDriver {
  if (!isKysely(db)) refuseClient(db, pass);
  // Those of MySQL and SQL Server can't return rows, that of SQLite can't create tables in a transaction.
  const adapter: { supportsReturning?: boolean; supportsTransactionalDdl?: boolean } =
    db.getExecutor().adapter;
  if (adapter.supportsReturning && adapter.supportsTransactionalDdl) return new KyselyDriver(db);
  throw new InvalidInputError(`${pass} Its dialect must be one of Postgres, and this is not.`);
}

// Structural: an application may hold two copies of Kysely, and then instanceof lies.
function isKysely(db: unknown): db is KyselyDatabase {
  if (typeof db !== "object" || db === null) return false;
  const { executeQuery, getExecutor, withoutPlugins, isTransaction } =
    db as Partial<KyselyDatabase>;
  const methods = [executeQuery, getExecutor, withoutPlugins];
  return methods.every((m) => typeof m === "function") && typeof isTransaction === "boolean";
}
