import { KyselySaver } from "@waypost/kysely";
import { KyselyStore } from "@waypost/kysely/store";
import { CompiledQuery, type Dialect, Kysely, type KyselyPlugin, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import Cursor from "pg-cursor";
import type { Begin, Kind, Settings, Shared } from "./kind.ts";
import { listenTo, poolOf } from "./pg.ts";
import { sqlOf } from "./postgres-js.ts";

type MakeDialect = (url: string, settings?: Settings) => Dialect;

/** Kysely itself listens to no client that it has checked out. */
export const overPg: MakeDialect = (url, settings) =>
  new PostgresDialect({ pool: listenTo(poolOf(url, settings)), cursor: Cursor });

export const overPostgresJs: MakeDialect = (url, settings) => {
  // Kysely reserves connections, which never happens without the query for types (postgres.js 3.4.9).
  const sql = sqlOf(url, settings, { fetch_types: true });
  // Without a limit, end() may wait for ever for a connection that was lost before.
  return new PostgresJSDialect({
    postgres: Object.assign(sql, { end: sql.end.bind(sql, { timeout: 1 }) }),
  });
};

const shared = (db: Kysely<unknown>): Shared => ({
  saver: (options) => new KyselySaver(db, options),
  store: (options) => new KyselyStore(db, options),
  run: async (text) => (await db.executeQuery<object>(CompiledQuery.raw(text))).rows,
});

/** With these plugins of its owner. */
export const kysely = (dialect: MakeDialect, plugins: KyselyPlugin[] = []): Kind => ({
  single: false,
  cursor: true,
  async connect(url, settings) {
    const db = new Kysely<unknown>({ dialect: dialect(url, settings), plugins });
    return { ...shared(db), close: () => db.destroy() };
  },
});

export const beginKysely =
  (dialect: MakeDialect): Begin =>
  async (url, settings) => {
    const db = new Kysely<unknown>({ dialect: dialect(url, settings) });
    const transaction = await db.startTransaction().execute();
    return {
      ...shared(transaction),
      async end(how) {
        await transaction[how]().execute();
        await db.destroy();
      },
    };
  };
