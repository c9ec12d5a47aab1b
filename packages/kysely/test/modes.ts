import { type Mode, saverOrEnd, transactionMode } from "@waypost/conformance";
import { KyselySaver } from "@waypost/kysely";
import { CompiledQuery, type Dialect, Kysely, type KyselyPlugin, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import Cursor from "pg-cursor";
import postgres from "postgres";

export function overPg(url: string): Dialect {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // Tests end the server's side; Kysely itself listens to no client that it has checked out.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return new PostgresDialect({ pool, cursor: Cursor });
}

export function overPostgresJs(url: string): Dialect {
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  // Without a limit, end() may wait for ever for a connection that was lost before.
  return new PostgresJSDialect({
    postgres: Object.assign(sql, { end: sql.end.bind(sql, { timeout: 1 }) }),
  });
}

/** A mode over a dialect, with these plugins of its owner. */
export const kyselyMode = (
  name: string,
  dialect: (url: string) => Dialect,
  plugins: KyselyPlugin[] = [],
): Mode => ({
  name,
  cursor: true,
  // Over postgres.js each query reserves a connection, and where that is lost, postgres.js 3.4.9 may
  // throw where nobody can catch it.
  reconnects: dialect === overPg,
  // Over postgres.js nothing is prepared in a transaction, and it is committed before Kysely's own COMMIT.
  ...(dialect === overPostgresJs && {
    transactionOverhead: 3,
    session: { statements: 5, exchanges: 10 },
  }),
  async open(url, options) {
    const db = new Kysely<unknown>({ dialect: dialect(url), plugins });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  },
});

export const inTransaction = (name: string, dialect: (url: string) => Dialect): Mode =>
  transactionMode(
    name,
    async (url, options) => {
      const db = new Kysely<unknown>({ dialect: dialect(url) });
      const transaction = await db.startTransaction().execute();
      const end = async (how: "commit" | "rollback") => {
        await transaction[how]().execute();
        await db.destroy();
      };
      return {
        saver: await saverOrEnd(
          () => new KyselySaver(transaction, options),
          () => end("rollback"),
        ),
        run: (text) => transaction.executeQuery(CompiledQuery.raw(text)),
        end,
      };
    },
    // Over postgres.js nothing is prepared there: each is described before, and read as a stream.
    { statements: 3, exchanges: dialect === overPostgresJs ? 9 : 3 },
  );
