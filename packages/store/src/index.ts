/** The public API, which the entry `store` of every adapter exports too. */
export type {
  DistanceMetric,
  EmbeddingModel,
  EmbedFunction,
  IndexOptions,
} from "./input/index-options.js";
export type { PutOptions } from "./input/operations.js";
export type { SearchMode } from "./input/rank.js";
export type { TtlOptions } from "./input/ttl.js";
export { STORE_KEYS, type StoreAdapterOptions, type StoreOptions } from "./options.js";
export { storeSetupScript } from "./schema/setup.js";
export { type SearchOptions, type SweepStoreOptions, WaypostStore } from "./store.js";
