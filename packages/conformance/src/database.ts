import { randomBytes } from "node:crypto";
import {
  CONTENT_TABLES,
  type SaverOptions,
  setupScript,
  type TableInfo,
} from "@waypost/core/adapter";
import pg from "pg";
import type { Mode, Saver } from "./mode.ts";

/** The server under test, as the runner of the tests names it. */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("Set DATABASE_URL to a Postgres that the tests may use.");
  return url;
}

/** A name that no other test uses. */
export function freshName(): string {
  return `waypost_test_${randomBytes(6).toString("hex")}`;
}

/** Runs the work on a plain connection, for looking at and preparing the database itself. */
export async function withClient<T>(
  work: (client: pg.Client) => Promise<T>,
  url = databaseUrl(),
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** By URL: connections that stay open for what every test does, as opening one costs more than that. */
const kept = new Map<string, pg.Pool>();

/** Runs a statement, or a script of several, on a connection that stays open and that no test changes. */
async function run(script: string, url: string): Promise<void> {
  let pool = kept.get(url);
  if (pool === undefined) {
    pool = new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true });
    pool.on("error", () => {}); // a server of its own ends before its tests do
    kept.set(url, pool);
  }
  await pool.query(script);
}

/** Runs the work on a schema of its own, which does not exist yet and is gone afterwards. */
export async function withSchema<T>(
  work: (schema: string) => Promise<T>,
  url = databaseUrl(),
): Promise<T> {
  const schema = freshName();
  try {
    return await work(schema);
  } finally {
    await dropSchema(schema, url);
  }
}

/** The script that makes the tables as `setup()` of the mode does. */
export const scriptFor = (mode: Pick<Mode, "distributed">, schema: string): string =>
  setupScript(schema, mode.distributed ? { distribute: "citus" } : {});

/** Makes the tables at once; what `setup()` of a saver does is tested by cases of their own. */
export function createTables(schema: string, mode: Pick<Mode, "distributed"> = {}): Promise<void> {
  return run(scriptFor(mode, schema), databaseUrl());
}

export async function dropSchema(schema: string, url = databaseUrl()): Promise<void> {
  await run(`DROP SCHEMA IF EXISTS ${pg.escapeIdentifier(schema)} CASCADE`, url);
}

/** How many rows a thread has in all tables, counted beside the saver. */
export function rowsLeft(schema: string, threadId: string): Promise<number> {
  return withClient(async (client) => {
    const count = ({ name }: TableInfo) =>
      `(SELECT count(*)::int FROM ${schema}.${name} WHERE thread_id = $1)`;
    const { rows } = await client.query(`SELECT ${CONTENT_TABLES.map(count).join(" + ")} AS rows`, [
      threadId,
    ]);
    return rows[0].rows;
  });
}

/** Threads, and rows of a table `orders`, that another connection sees in the schema. */
export function committedIn(schema: string): Promise<{ threads: number; orders: number }> {
  return withClient(async (other) => {
    const { rows } = await other.query(`SELECT
      (SELECT count(DISTINCT thread_id)::int FROM ${schema}.checkpoints) AS threads,
      (SELECT count(*)::int FROM ${schema}.orders) AS orders`);
    return rows[0];
  });
}

/** Where a mode connects; nowhere if the database is part of this process. */
export const urlOf = (mode: Mode): string => (mode.embedded ? "" : databaseUrl());

/** Runs the work with a saver of the mode whose tables are ready, in a schema of its own. */
export function withSaver<T>(
  mode: Mode,
  work: (saver: Saver, schema: string) => Promise<T>,
  options: SaverOptions = {},
  url = urlOf(mode),
): Promise<T> {
  const inSchema = async (schema: string) => {
    if (!mode.embedded) await createTables(schema, mode);
    const session = await mode.open(url, { ...options, schema });
    try {
      if (mode.embedded) await session.saver.setup();
      return await work(session.saver, schema);
    } finally {
      await session.close();
    }
  };
  return mode.embedded ? inSchema(freshName()) : withSchema(inSchema, url);
}
