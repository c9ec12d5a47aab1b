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
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "postgres.js": async (url, options) => {
    const sql = postgres(url, quiet);
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end() };
  },
  "Kysely over pg": overKysely(
    (url) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 4 }) }),
  ),
  "Kysely over postgres.js": overKysely(
    (url) => new PostgresJSDialect({ postgres: postgres(url, quiet) }),
  ),
};
