export * from "@waypost/core";
export type {
  PostgresJsQuery,
  PostgresJsReserved,
  PostgresJsSession,
  PostgresJsSql,
  PostgresJsTransaction,
  QueryOptions,
} from "./client.js";
export { PostgresJsSaver, type PostgresJsSaverOptions } from "./saver.js";
