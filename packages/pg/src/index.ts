export * from "@waypost/core";
export type {
  PgClient,
  PgCursor,
  PgCursorConstructor,
  PgPool,
  PgPoolClient,
  PgQuery,
  PgQueryable,
  PgResult,
  PgSubmittable,
  PgTypes,
} from "./client.js";
export { PgSaver, type PgSaverOptions } from "./saver.js";
