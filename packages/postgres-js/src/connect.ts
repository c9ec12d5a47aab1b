import {
  type ConnectionOptions,
  type Driver,
  fromConnString,
  type Made,
  PreparePolicy,
  refuseClient,
} from "@waypost/core/adapter";
import library from "postgres";
import type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
import { SqlDriver, TransactionDriver } from "./driver.js";
import { refuseForeign, withoutForeign } from "./parameters.js";
import { Places } from "./places.js";
import { ReservedDriver } from "./reserved.js";

/** Clients that `ownedClient` made, which `end()` therefore ends. */
const ownedClients = new WeakSet<object>();

/** Bun passes a module of functions to CommonJS where other runtimes pass the function itself. */
const { default: connect = library } = library as typeof library & { default?: typeof library };

/**
 * A client that connects at the first call, and that its driver ends.
 *
 * @throws InvalidInputError if the URI can't be parsed
 */
export function ownedClient(uri: string): library.Sql {
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
  return sql;
}

/**
 * A driver over whatever postgres.js made.
 *
 * @param pass how the sentence begins that says what to pass
 * @throws InvalidInputError if postgres.js did not make it
 */
export function driverFor(
  sql: unknown,
  options: Pick<ConnectionOptions, "prepare" | "timeout"> | null | undefined,
  pass = "Pass",
  made: Made = "Saver",
): Driver {
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
    `${pass} what postgres(), sql.reserve() or sql.begin() gave you, or use PostgresJs${made}.fromConnString(uri).`,
    made,
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
