import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";
import { POOL_SIZE, type Raw, type Subject } from "./subject.ts";

interface Queries {
  unsafe(
    text: string,
    values: string[],
    options: { prepare: boolean },
  ): PromiseLike<readonly object[]>;
}

export const rawOver =
  (target: Queries, prepare: boolean): Raw =>
  async ({ text, values }) =>
    (await target.unsafe(text, [...values], { prepare })) as Record<string, unknown>[];

/** Notices tell of tables that exist already; by default they are printed. */
export const connect = (url: string, prepare: boolean) =>
  postgres(url, { max: POOL_SIZE, prepare, onnotice: () => {} });

const common = { driver: "postgres.js", ours: true, wire: true } as const;

const pool = (prepare: boolean): Subject => ({
  ...common,
  name: prepare ? "postgres.js pool" : "postgres.js pool, unprepared",
  main: prepare,
  prepares: prepare,
  async open({ url, schema, cacheBytes }) {
    const sql = connect(url, prepare);
    return {
      saver: new PostgresJsSaver(sql, { schema, cacheBytes }),
      raw: rawOver(sql, prepare),
      close: () => sql.end(),
    };
  },
});

const reserved = (prepare: boolean): Subject => ({
  ...common,
  name: prepare ? "postgres.js reserved" : "postgres.js reserved, unprepared",
  main: prepare,
  prepares: prepare,
  async open({ url, schema, cacheBytes }) {
    const sql = connect(url, prepare);
    const connection = await sql.reserve();
    return {
      saver: new PostgresJsSaver(connection, { schema, cacheBytes }),
      raw: rawOver(connection, prepare),
      async close() {
        connection.release();
        await sql.end();
      },
    };
  },
});

export const POSTGRES_JS_SUBJECTS: readonly Subject[] = [
  pool(true),
  pool(false),
  reserved(true),
  reserved(false),
];
