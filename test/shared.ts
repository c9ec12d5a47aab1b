import type { Saver } from "@waypost/conformance";
import type { SaverOptions } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { CompiledQuery, type Dialect, Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import Cursor from "pg-cursor";
import postgres from "postgres";

/** A pool or a connection under several savers. */
export interface Shared {
  saver(options: SaverOptions): Saver;
  /** Runs a statement of the application's on it. */
  run(text: string): Promise<readonly object[]>;
  close(): Promise<unknown>;
}

export interface SharedKind {
  /** A cursor can be opened beside other operations. */
  readonly cursor: boolean;
  /** There is one connection only. */
  readonly single: boolean;
  open(url: string): Promise<Shared>;
}

/** Few enough that all operations share them. */
export const CONNECTIONS = 3;

const pool = (options: pg.PoolConfig): SharedKind => ({
  cursor: options.pipeline !== true,
  single: false,
  async open(url) {
    const shared = new pg.Pool({ connectionString: url, max: CONNECTIONS, ...options });
    return {
      saver: (options) => new PgSaver(shared, { ...options, cursor: Cursor }),
      run: async (text) => (await shared.query(text)).rows,
      close: () => shared.end(),
    };
  },
});

const client = (options: pg.ClientConfig): SharedKind => ({
  cursor: false,
  single: true,
  async open(url) {
    const shared = new pg.Client({ connectionString: url, ...options });
    await shared.connect();
    return {
      saver: (options) => new PgSaver(shared, options),
      run: async (text) => (await shared.query(text)).rows,
      close: () => shared.end(),
    };
  },
});

const connect = (url: string) =>
  postgres(url, { max: CONNECTIONS, prepare: false, onnotice: () => {} });

const kysely = (dialect: (url: string) => Dialect): SharedKind => ({
  cursor: true,
  single: false,
  async open(url) {
    const shared = new Kysely<unknown>({ dialect: dialect(url) });
    return {
      saver: (options) => new KyselySaver(shared, options),
      run: async (text) => (await shared.executeQuery(CompiledQuery.raw(text))).rows as object[],
      close: () => shared.destroy(),
    };
  },
});

const overPg = (url: string): Dialect =>
  new PostgresDialect({
    pool: new pg.Pool({ connectionString: url, max: CONNECTIONS }),
    cursor: Cursor,
  });

const overPostgresJs = (url: string): Dialect => new PostgresJSDialect({ postgres: connect(url) });

/** Every way in which several savers can share connections. All work through PgBouncer. */
export const SHARED: Readonly<Record<string, SharedKind>> = {
  "pg Pool": pool({}),
  "pg Pool, pipelined": pool({ pipeline: true }),
  "pg Client": client({}),
  "pg Client, pipelined": client({ pipeline: true }),
  "postgres.js": {
    cursor: true,
    single: false,
    async open(url) {
      const shared = connect(url);
      return {
        saver: (options) => new PostgresJsSaver(shared, options),
        run: (text) => shared.unsafe(text),
        close: () => shared.end({ timeout: 1 }),
      };
    },
  },
  "postgres.js, reserved": {
    cursor: false,
    single: true,
    async open(url) {
      const shared = connect(url);
      const reserved = await shared.reserve();
      return {
        saver: (options) => new PostgresJsSaver(reserved, options),
        run: (text) => reserved.unsafe(text),
        async close() {
          reserved.release();
          await shared.end({ timeout: 1 });
        },
      };
    },
  },
  "Kysely over pg": kysely(overPg),
  "Kysely over postgres.js": kysely(overPostgresJs),
};

type Open = Omit<Shared, "close">;

/** Runs the work in a transaction of the application, which it then commits. */
type Transact = (url: string, work: (shared: Open) => Promise<void>) => Promise<unknown>;

const overSession =
  (kind: SharedKind | undefined): Transact =>
  async (url, work) => {
    if (kind === undefined) throw new Error("There is no such kind.");
    const shared = await kind.open(url);
    try {
      await shared.run("BEGIN");
      await work(shared);
      await shared.run("COMMIT");
    } finally {
      await shared.close();
    }
  };

const overTransaction =
  (dialect: (url: string) => Dialect): Transact =>
  async (url, work) => {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    const transact = db.transaction().execute((transaction) =>
      work({
        saver: (options) => new KyselySaver(transaction, options),
        run: async (text) =>
          (await transaction.executeQuery(CompiledQuery.raw(text))).rows as object[],
      }),
    );
    await transact.finally(() => db.destroy());
  };

/** Every way in which several savers can join one transaction. */
export const TRANSACTIONS: Readonly<Record<string, Transact>> = {
  "pg Client": overSession(SHARED["pg Client"]),
  "pg Client, pipelined": overSession(SHARED["pg Client, pipelined"]),
  "postgres.js": async (url, work) => {
    const sql = connect(url);
    const transact = sql.begin((transaction) =>
      work({
        saver: (options) => new PostgresJsSaver(transaction, options),
        run: (text) => transaction.unsafe(text),
      }),
    );
    await transact.finally(() => sql.end({ timeout: 1 }));
  },
  "postgres.js, reserved": overSession(SHARED["postgres.js, reserved"]),
  "Kysely over pg": overTransaction(overPg),
  "Kysely over postgres.js": overTransaction(overPostgresJs),
};
