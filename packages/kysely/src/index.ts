export * from "@waypost/core";
export type { KyselyDatabase, KyselyResult } from "./client.js";
export { type PgPool, type PgPoolClient, preparedPool } from "./prepared-pool.js";
export { KyselySaver, type KyselySaverOptions } from "./saver.js";
export type { WaypostDatabase } from "./tables.js";
