import { type Mode, transactionMode } from "@waypost/conformance";
import { KyselySaver } from "@waypost/kysely";
import { CompiledQuery, type Dialect, Kysely, type KyselyPlugin, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import Cursor from "pg-cursor";
import postgres from "postgres";

export function overPg(url: string): Dialect {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => {}); // a test may end the server's side first
  return new PostgresDialect({ pool, cursor: Cursor });
}

export const overPostgresJs = (url: string): Dialect =>
  new PostgresJSDialect({ postgres: postgres(url, { max: 4, onnotice: () => {} }) });

/** A mode over a dialect, with these plugins of its owner. */
export const kyselyMode = (
  name: string,
  dialect: (url: string) => Dialect,
  plugins: KyselyPlugin[] = [],
): Mode => ({
  name,
  cursor: true,
  async open(url, options) {
    const db = new Kysely<unknown>({ dialect: dialect(url), plugins });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  },
});

export const inTransaction = (name: string, dialect: (url: string) => Dialect): Mode =>
  transactionMode(name, async (url, options) => {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    const transaction = await db.startTransaction().execute();
    return {
      saver: new KyselySaver(transaction, options),
      run: (text) => transaction.executeQuery(CompiledQuery.raw(text)),
      async end(how) {
        await transaction[how]().execute();
        await db.destroy();
      },
    };
  });
