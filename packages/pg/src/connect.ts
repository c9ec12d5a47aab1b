import {
  type ConnectionOptions,
  type Driver,
  fromConnString,
  hostsOf,
  InvalidInputError,
  type Made,
  PreparePolicy,
  refuseClient,
} from "@waypost/core/adapter";
import pg from "pg";
import {
  type PgClient,
  type PgCursorConstructor,
  type PgPool,
  refuseUnfaithful,
} from "./client.js";
import { ClientDriver, PoolDriver } from "./driver.js";

/** Pools that `ownedPool` made, which `end()` therefore ends. */
const ownedPools = new WeakSet<object>();

/** The options that a driver needs. */
type DriverOptions = Pick<ConnectionOptions, "prepare" | "timeout"> & {
  readonly cursor?: PgCursorConstructor;
};

/**
 * A pool that connects at the first call, and that its driver ends.
 *
 * @throws InvalidInputError if the URI can't be parsed
 */
export function ownedPool(uri: string, timeout: number | undefined): pg.Pool {
  const connect = (connectionString: string) => {
    // A pool would parse it only when it is first used.
    new pg.Client({ connectionString });
    return new pg.Pool({ connectionString, connectionTimeoutMillis: timeout });
  };
  const pool = fromConnString(uri, connect, (text) =>
    hostsOf(text).length > 1
      ? "names several hosts, and pg connects to one; name that, or use @waypost/postgres-js"
      : undefined,
  );
  // An idle connection that the server ends is replaced at the next use; without a listener its
  // error event would end the process.
  pool.on("error", () => {});
  ownedPools.add(pool);
  return pool;
}

/**
 * A driver over whatever client it is.
 *
 * @param pass how the sentence begins that says what to pass
 * @throws InvalidInputError if it is no client of pg, or one that changes values
 */
export function driverFor(
  client: PgPool | PgClient,
  options: DriverOptions | null | undefined,
  pass = "Pass",
  made: Made = "Saver",
): Driver {
  if (isPool(client)) {
    refuseUnfaithful(client);
    const prepare = new PreparePolicy(options?.prepare, client);
    const cursor = checkCursor(options?.cursor);
    const owned = ownedPools.has(client);
    return new PoolDriver(client, { prepare, cursor, owned, timeout: options?.timeout });
  }
  if (isClient(client)) {
    refuseUnfaithful(client);
    return new ClientDriver(client, new PreparePolicy(options?.prepare, client));
  }
  refuseClient(
    client,
    `${pass} a Pool, a connected Client or a PoolClient of pg 8.21 or newer, or use Pg${made}.fromConnString(uri).`,
    made,
  );
}

function checkCursor(cursor: unknown): PgCursorConstructor | undefined {
  if (cursor === undefined || typeof cursor === "function") return cursor as PgCursorConstructor;
  throw new InvalidInputError('"cursor" is not the default export of pg-cursor.');
}

// Structural: an application may hold two copies of pg, and then instanceof lies.
function isPool(client: unknown): client is PgPool {
  return hasMethods(client, "query", "connect", "end") && "totalCount" in client;
}

function isClient(client: unknown): client is PgClient {
  return hasMethods(client, "query", "getTransactionStatus");
}

function hasMethods(value: unknown, ...names: string[]): value is object {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
