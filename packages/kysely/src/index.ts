export * from "@waypost/core";
export type { KyselyDatabase } from "./client.js";
export { type PgPool, preparedPool } from "./prepared-pool.js";
export { KyselySaver, type KyselySaverOptions } from "./saver.js";
export type { WaypostDatabase } from "./tables.js";
