import { STORE_KEYS, type StoreOptions, WaypostStore } from "@waypost/store";
import type { PgClient, PgPool, PgPoolClient } from "./client.js";
import { driverFor, ownedPool } from "./connect.js";

export * from "@waypost/store";
export type { PgClient, PgPool, PgPoolClient } from "./client.js";

/** Options of `PgStore`. */
export interface PgStoreOptions extends StoreOptions {}

/**
 * Keeps LangGraph's long-term memory in Postgres through pg.
 *
 * @example
 * const store = new PgStore(pool);
 * await store.setup();
 * const graph = builder.compile({ checkpointer: saver, store });
 */
export class PgStore extends WaypostStore {
  /**
   * @param client what a saver takes: a `Pool`; or a connected `Client`; or a `PoolClient`, whose open
   *   transaction the store joins. The store changes nothing about the client and never ends it.
   * @param options options of the store
   * @throws InvalidInputError if the client is none of these, or an option can't be used
   */
  constructor(
    client: PgPool | PgClient | PgPoolClient,
    options: PgStoreOptions = {},
    ...further: never[]
  ) {
    super(driverFor(client, options, "Pass", "Store"), options, { keys: STORE_KEYS, further });
  }

  /**
   * Makes a store with a pool of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the store
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(uri: string, options: PgStoreOptions = {}, ...further: never[]): PgStore {
    return new PgStore(ownedPool(uri, options?.timeout), options, ...further);
  }
}
