import { type Begin, beginOn, type Kind } from "./kind.ts";
import { beginKysely, kysely, overPg, overPostgresJs } from "./kysely.ts";
import { pgClient, pgPool, pgPoolClient } from "./pg.ts";
import { beginPostgresJs, postgresJs, reserved } from "./postgres-js.ts";

export type { Begin, Begun, Connected, Kind, Settings, Shared } from "./kind.ts";
export { kysely, overPg, overPostgresJs } from "./kysely.ts";
export { postgresJs } from "./postgres-js.ts";

/** Every way to connect a driver to a server. */
export const KINDS = {
  "pg Pool": pgPool(),
  "pg Pool, pipelined": pgPool({ pipeline: true }),
  "pg Client": pgClient(),
  "pg Client, pipelined": pgClient({ pipeline: true }),
  "postgres.js": postgresJs(),
  "postgres.js, reserved": reserved,
  "Kysely over pg": kysely(overPg),
  "Kysely over postgres.js": kysely(overPostgresJs),
} satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

/** Every way to join a transaction of the application's. */
export const TRANSACTIONS = {
  "pg PoolClient": beginOn(pgPoolClient),
  "pg Client": beginOn(KINDS["pg Client"]),
  "pg Client, pipelined": beginOn(KINDS["pg Client, pipelined"]),
  "postgres.js": beginPostgresJs,
  "postgres.js, reserved": beginOn(reserved),
  "Kysely over pg": beginKysely(overPg),
  "Kysely over postgres.js": beginKysely(overPostgresJs),
} satisfies Readonly<Record<string, Begin>>;

/** Those that use a server as an application does: all but pipelined ones and a reserved connection. */
export const DRIVERS = [
  "pg Client",
  "pg Pool",
  "postgres.js",
  "Kysely over pg",
  "Kysely over postgres.js",
] as const satisfies readonly KindName[];
