export * from "@waypost/core";
export type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
export { PostgresJsSaver, type PostgresJsSaverOptions } from "./saver.js";
