export * from "@waypost/core";
export type { PgClient, PgCursorConstructor, PgPool, PgPoolClient } from "./client.js";
export { PgSaver, type PgSaverOptions } from "./saver.js";
