import type { Mode } from "@waypost/conformance";
import { KyselySaver } from "@waypost/kysely";
import { type Dialect, Kysely, type KyselyPlugin, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import Cursor from "pg-cursor";
import postgres from "postgres";

export const overPg = (url: string): Dialect =>
  new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 4 }), cursor: Cursor });

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

export const transactionMode = (name: string, dialect: (url: string) => Dialect): Mode => ({
  name,
  inTransaction: true,
  transactionOverhead: 0, // it joins the one that is open
  async open(url, options) {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    const transaction = await db.startTransaction().execute();
    const close = async () => {
      await transaction.rollback().execute();
      await db.destroy();
    };
    try {
      return { saver: new KyselySaver(transaction, options), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
});
