import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";

interface Options {
  readonly schema?: string;
  readonly timeout?: number;
}

/** Connects a saver as an application does. */
export type Connect = (url: string, options?: Options) => Connected;

export interface Connected {
  readonly saver: PgSaver | PostgresJsSaver | KyselySaver;
  /** Ends what the application has made. */
  end(): Promise<unknown>;
}

/** So that a mistake shows at once; what is tried again fails alike. */
const once = (options: Options = {}) => ({ ...options, retry: false }) as const;

const poolOf = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max: 2 });
  return pool.on("error", () => {});
};

const sqlOf = (url: string): postgres.Sql => postgres(url, { max: 2, onnotice: () => {} });

/** From a connection string. */
export const FROM_STRING: Readonly<Record<string, Connect>> = {
  "pg, from a string": (url, options) => owned(PgSaver.fromConnString(url, once(options))),
  "postgres.js, from a string": (url, options) =>
    owned(PostgresJsSaver.fromConnString(url, once(options))),
};

/** Over a client that the application has made of one. */
export const OVER_CLIENT: Readonly<Record<string, Connect>> = {
  pg: (url, options) => {
    const pool = poolOf(url);
    return { saver: new PgSaver(pool, once(options)), end: () => pool.end() };
  },
  "postgres.js": (url, options) => {
    const sql = sqlOf(url);
    const end = () => sql.end({ timeout: 1 });
    return { saver: new PostgresJsSaver(sql, once(options)), end };
  },
  "Kysely over pg": (url, options) => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: poolOf(url) }) });
    return { saver: new KyselySaver(db, once(options)), end: () => db.destroy() };
  },
  "Kysely over postgres.js": (url, options) => {
    const sql = sqlOf(url);
    const db = new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: sql }) });
    const end = async () => {
      await sql.end({ timeout: 1 });
      await db.destroy();
    };
    return { saver: new KyselySaver(db, once(options)), end };
  },
};

export const ALL: Readonly<Record<string, Connect>> = { ...FROM_STRING, ...OVER_CLIENT };

const owned = (saver: PgSaver | PostgresJsSaver): Connected => ({ saver, end: () => saver.end() });
