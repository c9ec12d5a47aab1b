import { Socket } from "node:net";
import { PgSaver } from "@waypost/pg";
import { PgStore } from "@waypost/pg/store";
import pg from "pg";
import Cursor from "pg-cursor";
import type { Kind, Settings } from "./kind.ts";
import { endSilent } from "./silence.ts";

export function poolOf(
  url: string,
  { connections = 4, unreliable, silenceMs }: Settings = {},
  options: pg.PoolConfig = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    ...(silenceMs !== undefined && { stream: () => endSilent(new Socket(), silenceMs) }),
    // A connection of which the network forgets while it is made would else take a place for ever.
    ...(unreliable && { connectionTimeoutMillis: 2000 }),
    ...options,
  });
  pool.on("error", () => {}); // a test may end the server's side first
  if (unreliable) listenTo(pool);
  return pool;
}

/** A client that is checked out and lost would else end the process. */
export const listenTo = (pool: pg.Pool) =>
  pool.on("connect", (client) => client.on("error", () => {}));

export const pgPool = (options: pg.PoolConfig = {}): Kind => ({
  single: false,
  cursor: options.pipeline !== true,
  async connect(url, settings) {
    const pool = poolOf(url, settings, options);
    return {
      saver: (options) => new PgSaver(pool, { ...options, cursor: Cursor }),
      store: (options) => new PgStore(pool, options),
      run: async (text) => (await pool.query(text)).rows,
      close: () => pool.end(),
    };
  },
});

export const pgClient = (options: pg.ClientConfig = {}): Kind => ({
  single: true,
  cursor: false,
  async connect(url, { unreliable }: Settings = {}) {
    const client = new pg.Client({ connectionString: url, ...options });
    if (unreliable) client.on("error", () => {});
    await client.connect();
    return {
      saver: (options) => new PgSaver(client, options),
      store: (options) => new PgStore(client, options),
      run: async (text) => (await client.query(text)).rows,
      close: () => client.end(),
    };
  },
});

export const pgPoolClient: Kind = {
  single: true,
  cursor: false,
  async connect(url) {
    const pool = poolOf(url, { connections: 1 });
    const client = await pool.connect();
    return {
      saver: (options) => new PgSaver(client, options),
      store: (options) => new PgStore(client, options),
      run: async (text) => (await client.query(text)).rows,
      close() {
        client.release();
        return pool.end();
      },
    };
  },
};
