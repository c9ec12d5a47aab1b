import {
  type Driver,
  fromConnString,
  type OptionKeys,
  PreparePolicy,
  refuseClient,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import library from "postgres";
import type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
import { SqlDriver, TransactionDriver } from "./driver.js";
import { refuseForeign, withoutForeign } from "./parameters.js";
import { Places } from "./places.js";
import { ReservedDriver } from "./reserved.js";

/** Clients that `fromConnString` made, which `end()` therefore ends. */
const ownedClients = new WeakSet<object>();

/** Options of `PostgresJsSaver`. */
export interface PostgresJsSaverOptions extends SaverOptions {
  /**
   * What `postgres()` returned for a read replica. `list` and `listThreads` read there, and may return
   * stale data; everything else uses the primary. The saver never closes it. Default: the client.
   */
  read?: PostgresJsSql | PostgresJsReserved;
}

const KEYS: OptionKeys<PostgresJsSaverOptions> = { ...SAVER_KEYS, read: true };

/** Bun passes a module of functions to CommonJS where other runtimes pass the function itself. */
const { default: connect = library } = library as typeof library & { default?: typeof library };

/**
 * Stores LangGraph checkpoints in Postgres through postgres.js.
 *
 * @example
 * const saver = new PostgresJsSaver(postgres(process.env.DATABASE_URL));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PostgresJsSaver extends WaypostSaver {
  /**
   * @param sql what `postgres()` returned; what `sql.reserve()` resolved to; or what `sql.begin()` passed
   *   to its callback, whose transaction the saver joins. The saver changes nothing about it and never
   *   ends it. Statements are prepared only if its own `prepare` option allows it.
   * @param options options of the saver
   * @throws InvalidInputError if it is none of these, or an option can't be used
   */
  constructor(
    sql: PostgresJsSql | PostgresJsReserved | PostgresJsTransaction,
    options: PostgresJsSaverOptions = {},
    ...further: never[]
  ) {
    const reader = readerFor(options);
    super(driverFor(sql, options), options, { reader, keys: KEYS, further });
  }

  /**
   * Makes a saver with a client of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the saver
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(
    uri: string,
    options: PostgresJsSaverOptions = {},
    ...further: never[]
  ): PostgresJsSaver {
    const sql = fromConnString(uri, (url) =>
      connect(withoutForeign(url), {
        // Postgres sends a notice for each table that setup finds; by default they are printed.
        onnotice: () => {},
        // Types of arrays, which Waypost does not need. Nobody waits for this query: a connection that is
        // lost in it would end the process (postgres.js 3.4.9).
        fetch_types: false,
      }),
    );
    ownedClients.add(sql);
    return new PostgresJsSaver(sql, options, ...further);
  }
}

function readerFor(options: PostgresJsSaverOptions | null): Driver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, options, 'For the option "read", pass');
}

function driverFor(sql: unknown, options: SaverOptions | null, pass = "Pass"): Driver {
  const prepare = new PreparePolicy(options?.prepare, typeof sql === "function" ? sql : undefined);
  if (has<PostgresJsSql>(sql, "begin")) {
    refuseForeign(sql);
    const places = options?.timeout === undefined ? undefined : Places.of(sql);
    return new SqlDriver(sql, prepare, ownedClients.has(sql), places);
  }
  if (has<PostgresJsTransaction>(sql, "savepoint")) return new TransactionDriver(sql, prepare);
  if (has<PostgresJsReserved>(sql, "release")) return new ReservedDriver(sql, prepare);
  refuseClient(
    sql,
    `${pass} what postgres(), sql.reserve() or sql.begin() gave you, or use PostgresJsSaver.fromConnString(uri).`,
  );
}

/**
 * What postgres.js returns are functions; the three kinds differ by one method. Bun's client has these
 * methods too, but not `typed`, and its rows and parameters are others.
 */
function has<Client extends object>(sql: unknown, method: keyof Client & string): sql is Client {
  if (typeof sql !== "function" || !("unsafe" in sql) || !("typed" in sql)) return false;
  return typeof (sql as unknown as Record<string, unknown>)[method] === "function";
}
