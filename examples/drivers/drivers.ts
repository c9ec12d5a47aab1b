import { PGlite } from "@electric-sql/pglite";
import { DATABASE_URL } from "@waypost/example-agent";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { type Dialect, Kysely, PGliteDialect, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";

const options = { schema: "example_drivers" };

function kysely(dialect: Dialect) {
  const db = new Kysely<unknown>({ dialect });
  return { saver: new KyselySaver(db, options), close: () => db.destroy() };
}

/** For each driver: a saver over a client, and how to end that client. */
export const DRIVERS = {
  pg() {
    const pool = new pg.Pool({ connectionString: DATABASE_URL });
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "postgres-js"() {
    const sql = postgres(DATABASE_URL, { onnotice: () => {} }); // prints no notices to setup()
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end() };
  },
  kysely: () =>
    kysely(new PostgresDialect({ pool: new pg.Pool({ connectionString: DATABASE_URL }) })),
  "kysely-pglite": () =>
    kysely(new PGliteDialect({ pglite: new PGlite(process.env.PGLITE_FOLDER ?? "memory") })),
};

export function isDriver(name: string): name is keyof typeof DRIVERS {
  return Object.hasOwn(DRIVERS, name);
}
