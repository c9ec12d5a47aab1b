import { STORE_KEYS, type StoreOptions, WaypostStore } from "@waypost/store";
import type { KyselyDatabase } from "./client.js";
import { driverFor, INSTEAD } from "./connect.js";

export * from "@waypost/store";
export type { KyselyDatabase } from "./client.js";

/** Options of `KyselyStore`. There is no `prepare`, because Kysely sends no named statements. */
export interface KyselyStoreOptions extends Omit<StoreOptions, "prepare"> {}

const { prepare: _, ...KEYS } = STORE_KEYS;

/**
 * Keeps LangGraph's long-term memory in Postgres through Kysely, with any Postgres dialect.
 *
 * @example
 * const store = new KyselyStore(db);
 * await store.setup();
 * const graph = builder.compile({ checkpointer: saver, store });
 */
export class KyselyStore extends WaypostStore {
  /**
   * @param db a Kysely with a Postgres dialect, or a transaction of it, which the store joins. Its plugins do not
   *   apply to the store's queries. The store never destroys it.
   * @param options options of the store
   * @throws InvalidInputError if it is neither, or an option can't be used
   */
  constructor(db: KyselyDatabase, options: KyselyStoreOptions = {}, ...further: never[]) {
    super(driverFor(db, "Pass a Kysely or a transaction of it.", "Store"), options, {
      ...{ keys: KEYS, instead: INSTEAD, further },
    });
  }
}
