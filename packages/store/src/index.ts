/** The public API, which the entry `store` of every adapter exports too. */
export type { PutOptions } from "./input/operations.js";
export type { TtlOptions } from "./input/ttl.js";
export { STORE_KEYS, type StoreAdapterOptions, type StoreOptions } from "./options.js";
export { storeSetupScript } from "./schema/setup.js";
export { type SearchOptions, type SweepStoreOptions, WaypostStore } from "./store.js";
