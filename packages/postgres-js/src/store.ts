import { STORE_KEYS, type StoreOptions, WaypostStore } from "@waypost/store";
import type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
import { driverFor, ownedClient } from "./connect.js";

export * from "@waypost/store";
export type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";

/** Options of `PostgresJsStore`. */
export interface PostgresJsStoreOptions extends StoreOptions {}

/**
 * Keeps LangGraph's long-term memory in Postgres through postgres.js.
 *
 * @example
 * const store = new PostgresJsStore(sql);
 * await store.setup();
 * const graph = builder.compile({ checkpointer: saver, store });
 */
export class PostgresJsStore extends WaypostStore {
  /**
   * @param sql what a saver takes: what `postgres()` returned; what `sql.reserve()` resolved to; or what
   *   `sql.begin()` passed to its callback, whose transaction the store joins. The store changes nothing
   *   about it and never ends it.
   * @param options options of the store
   * @throws InvalidInputError if it is none of these, or an option can't be used
   */
  constructor(
    sql: PostgresJsSql | PostgresJsReserved | PostgresJsTransaction,
    options: PostgresJsStoreOptions = {},
    ...further: never[]
  ) {
    super(driverFor(sql, options, "Pass", "Store"), options, { keys: STORE_KEYS, further });
  }

  /**
   * Makes a store with a client of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the store
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(
    uri: string,
    options: PostgresJsStoreOptions = {},
    ...further: never[]
  ): PostgresJsStore {
    return new PostgresJsStore(ownedClient(uri), options, ...further);
  }
}
