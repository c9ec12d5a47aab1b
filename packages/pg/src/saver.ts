import {
  type Driver,
  fromConnString,
  hostsOf,
  InvalidInputError,
  type OptionKeys,
  PreparePolicy,
  refuseClient,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import pg from "pg";
import {
  type PgClient,
  type PgCursorConstructor,
  type PgPool,
  type PgPoolClient,
  refuseUnfaithful,
} from "./client.js";
import { ClientDriver, PoolDriver } from "./driver.js";

/** Pools that `fromConnString` made, which `end()` therefore ends. */
const ownedPools = new WeakSet<object>();

/** Options of `PgSaver`. */
export interface PgSaverOptions extends SaverOptions {
  /** The default export of pg-cursor. `list(config, { fetch: "cursor" })` over a pool needs it. Default: none. */
  cursor?: PgCursorConstructor;
  /**
   * A pool or client of a read replica. `list` and `listThreads` read there, and may return stale
   * data; everything else uses the primary. The saver never closes it. Default: the client.
   */
  read?: PgPool | PgClient;
}

const KEYS: OptionKeys<PgSaverOptions> = { ...SAVER_KEYS, cursor: true, read: true };

/**
 * Stores LangGraph checkpoints in Postgres through pg.
 *
 * @example
 * const saver = new PgSaver(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PgSaver extends WaypostSaver {
  /**
   * @param client a `Pool`; or a connected `Client`, on which concurrent calls queue (with
   *   `pipeline: true` they are pipelined); or a `PoolClient`, whose open transaction the saver joins. The
   *   saver changes nothing about the client and never ends it.
   * @param options options of the saver
   * @throws InvalidInputError if the client is none of these, or an option can't be used
   */
  constructor(
    client: PgPool | PgClient | PgPoolClient,
    options: PgSaverOptions = {},
    ...further: never[]
  ) {
    const reader = readerFor(options);
    super(driverFor(client, options), options, { reader, keys: KEYS, further });
  }

  /**
   * Makes a saver with a pool of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the saver
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(uri: string, options: PgSaverOptions = {}, ...further: never[]): PgSaver {
    const connect = (connectionString: string) => {
      // A pool would parse it only when it is first used.
      new pg.Client({ connectionString });
      return new pg.Pool({ connectionString, connectionTimeoutMillis: options?.timeout });
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
    return new PgSaver(pool, options, ...further);
  }
}

function readerFor(options: PgSaverOptions | null): Driver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, options, 'For the option "read", pass');
}

function driverFor(
  client: PgPool | PgClient,
  options: PgSaverOptions | null,
  pass = "Pass",
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
    `${pass} a Pool, a connected Client or a PoolClient of pg 8.21 or newer, or use PgSaver.fromConnString(uri).`,
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
