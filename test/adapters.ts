import type { Session } from "@waypost/conformance";
import type { SaverOptions } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { type Dialect, Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";

type Open = (url: string, options: SaverOptions) => Promise<Session>;

/** Listened to, also in Kysely's hands: a lost connection would else end the process. */
function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

const quiet = { max: 4, onnotice: () => {} };

const overKysely =
  (dialect: (url: string) => Dialect): Open =>
  async (url, options) => {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  };

/** Every way to the server, each on connections of its own. */
export const ADAPTERS: Readonly<Record<string, Open>> = {
  "pg Client": async (url, options) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return { saver: new PgSaver(client, options), close: () => client.end() };
  },
  "pg Pool": async (url, options) => {
    const pool = poolOf(url);
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "postgres.js": async (url, options) => {
    const sql = postgres(url, quiet);
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end({ timeout: 5 }) };
  },
  "Kysely over pg": overKysely((url) => new PostgresDialect({ pool: poolOf(url) })),
  "Kysely over postgres.js": overKysely(
    (url) => new PostgresJSDialect({ postgres: postgres(url, quiet) }),
  ),
};
