import { connect, Socket } from "node:net";
import type { Session } from "@waypost/conformance";
import type { SaverOptions } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { type Dialect, Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";

/** @param silenceMs after which a connection on which nothing arrives or leaves is ended; default never */
type Open = (url: string, options: SaverOptions, silenceMs?: number) => Promise<Session>;

/** Ends a socket that is silent for so long, as if it had been lost. */
function endSilent(socket: Socket, ms: number): Socket {
  const error = Object.assign(new Error("Nothing was heard any more."), { code: "ETIMEDOUT" });
  return socket.setTimeout(ms, () => socket.destroy(error));
}

/** Listened to, also in Kysely's hands: a lost connection would else end the process. */
function poolOf(url: string, silenceMs?: number): pg.Pool {
  const stream = silenceMs === undefined ? undefined : () => endSilent(new Socket(), silenceMs);
  const pool = new pg.Pool({
    ...{ connectionString: url, max: 4, stream },
    // A connection of which the network forgets while it is made would else take a place for ever.
    connectionTimeoutMillis: 2000,
  });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** @param forKysely Kysely reserves connections, which never happens without the query for types (postgres.js 3.4.9) */
function clientOf(url: string, silenceMs?: number, forKysely = false): postgres.Sql {
  // Its types lack that lists are passed.
  const socket = ({ host, port }: { host: string[]; port: number[] }) =>
    endSilent(connect(port[0] as number, host[0]), silenceMs as number);
  return postgres(url, {
    max: 4,
    onnotice: () => {},
    // Nobody waits for this query: a connection lost in it would end the process (postgres.js 3.4.9).
    fetch_types: forKysely,
    // A connection that is lost while it sends may connect again without sending anything (3.4.9).
    connect_timeout: 2,
    ...(silenceMs === undefined ? {} : ({ socket } as object)),
  });
}

const overKysely =
  (dialect: (url: string, silenceMs?: number) => Dialect): Open =>
  async (url, options, silenceMs) => {
    const db = new Kysely<unknown>({ dialect: dialect(url, silenceMs) });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  };

/** Every way to the server, each on connections of its own. */
export const ADAPTERS: Readonly<Record<string, Open>> = {
  "pg Client": async (url, options) => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    return { saver: new PgSaver(client, options), close: () => client.end() };
  },
  "pg Pool": async (url, options, silenceMs) => {
    const pool = poolOf(url, silenceMs);
    return { saver: new PgSaver(pool, options), close: () => pool.end() };
  },
  "postgres.js": async (url, options, silenceMs) => {
    const sql = clientOf(url, silenceMs);
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end({ timeout: 1 }) };
  },
  "Kysely over pg": overKysely(
    (url, silenceMs) => new PostgresDialect({ pool: poolOf(url, silenceMs) }),
  ),
  "Kysely over postgres.js": overKysely((url, silenceMs) => {
    const sql = clientOf(url, silenceMs, true);
    // Without a limit, end() may wait for ever for a connection that was lost before.
    const end = sql.end.bind(sql, { timeout: 1 });
    return new PostgresJSDialect({ postgres: Object.assign(sql, { end }) });
  }),
};
