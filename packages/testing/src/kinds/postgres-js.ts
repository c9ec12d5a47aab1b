import { connect } from "node:net";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { PostgresJsStore } from "@waypost/postgres-js/store";
import postgres from "postgres";
import type { Begin, Connected, Kind, Settings } from "./kind.ts";
import { endSilent } from "./silence.ts";

type Options = postgres.Options<Record<string, postgres.PostgresType>>;

export function sqlOf(
  url: string,
  { connections = 4, prepare, unreliable, silenceMs }: Settings = {},
  options: Options = {},
): postgres.Sql {
  // Its types lack that lists are passed.
  const socket = ({ host, port }: { host: string[]; port: number[] }) =>
    endSilent(connect(port[0] as number, host[0]), silenceMs as number);
  return postgres(url, {
    max: connections,
    onnotice: () => {},
    ...(prepare !== undefined && { prepare }),
    // Nobody waits for the query for types: a connection lost in it would end the process. One that is lost
    // while it sends may connect again without sending anything (postgres.js 3.4.9).
    ...(unreliable && { fetch_types: false, connect_timeout: 2 }),
    ...(silenceMs === undefined ? {} : ({ socket } as object)),
    ...options,
  });
}

const shared = (sql: postgres.ISql): Pick<Connected, "saver" | "store" | "run"> => ({
  saver: (options) => new PostgresJsSaver(sql as postgres.Sql, options),
  store: (options) => new PostgresJsStore(sql as postgres.Sql, options),
  run: (text) => sql.unsafe(text),
});

export const postgresJs = (options: Options = {}): Kind => ({
  single: false,
  cursor: options.max !== 1,
  async connect(url, settings) {
    const sql = sqlOf(url, settings, options);
    // Without a limit, end() may wait for ever for a connection that was lost before.
    return { ...shared(sql), close: () => sql.end({ timeout: 1 }) };
  },
});

export const reserved: Kind = {
  single: true,
  cursor: false,
  async connect(url, settings) {
    const sql = sqlOf(url, settings);
    const connection = await sql.reserve();
    return {
      ...shared(connection),
      close() {
        connection.release();
        return sql.end({ timeout: 1 });
      },
    };
  },
};

/** Ends the callback of `begin` with an error, so that postgres.js rolls back. */
const ROLLBACK = new Error("rolled back on purpose");

export const beginPostgresJs: Begin = async (url, settings) => {
  const sql = sqlOf(url, { ...settings, connections: 1 });
  const opened = Promise.withResolvers<postgres.TransactionSql>();
  const decided = Promise.withResolvers<void>();
  const ended = sql
    .begin((tx) => {
      opened.resolve(tx);
      return decided.promise;
    })
    .catch((error: unknown) => {
      opened.reject(error);
      if (error !== ROLLBACK) throw error;
    })
    .finally(() => sql.end());
  return {
    ...shared(await opened.promise),
    async end(how) {
      if (how === "commit") decided.resolve();
      else decided.reject(ROLLBACK);
      await ended;
    },
  };
};
