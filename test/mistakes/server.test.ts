import {
  createTables,
  databaseUrl,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance/fixtures";
import { devPostgres } from "@waypost/dev-postgres";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { ALL } from "./clients.ts";
import { mistake, PASSWORD, read } from "./mistake.ts";

const changed = (change: (url: URL) => void): string => {
  const url = new URL(databaseUrl());
  change(url);
  return url.href;
};

describe.each(Object.entries(ALL))("%s", (_, connect) => {
  it("a server that is down is named with its port", async () => {
    const error = await mistake(connect, `postgresql://ann:${PASSWORD}@127.0.0.1:1/app`);
    expect(error.code).toBe("ECONNREFUSED");
    expect(error.message).toContain(
      "Postgres can't be reached at 127.0.0.1:1; check host and port",
    );
    expect(error.message).not.toContain("DATABASE_URL");
  });

  it("a host that is not there is named", async () => {
    const error = await mistake(connect, `postgresql://ann:${PASSWORD}@none.invalid/app`);
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(error.code);
    expect(error.message).toContain("can't be reached at none.invalid");
  });

  it("TLS that the server does not speak is said to be missing", async () => {
    const error = await mistake(connect, `${databaseUrl()}?sslmode=require`);
    expect(error.code).toBe("WAYPOST_NO_TLS");
    expect(error.message).toContain("ask for TLS, and the server does not speak it");
  });

  it("a database that does not exist is said to be missing", async () => {
    const error = await mistake(
      connect,
      changed((url) => {
        url.pathname = "/none";
      }),
    );
    expect(error.code).toBe("3D000");
  });

  it("a schema without tables is named with its database", async () => {
    const error = await mistake(connect, databaseUrl(), { schema: "nowhere" });
    expect(error.code).toBe("42P01");
    expect(error.message).toContain('missing in schema "nowhere" of database "postgres"');
    expect(error.message).toContain('`setup()` once, or pass the option "schema"');
  });

  it("a role without rights is named with schema and database", () =>
    withSchema(async (schema) => {
      await createTables(schema);
      await withRole(async ({ name, url }) => {
        const error = await mistake(connect, url, { schema });
        expect(error.code).toBe("42501");
        expect(error.message).toContain(
          `role "${name}" lacks a privilege on schema "${schema}" of database "postgres"`,
        );
      });
    }));

  it("a wrong password and none are said to be refused", () =>
    withRole(async ({ url }) => {
      for (const password of [PASSWORD, ""]) {
        const wrong = new URL(url);
        wrong.password = password;
        const error = await mistake(connect, wrong.href);
        expect(error.code).toBe("28P01");
        expect(error.message).toContain("encodeURIComponent");
      }
    }));

  it("a thread id of thousands of characters is cut", async () => {
    const id = "é".repeat(6000);
    const error = await mistake(connect, databaseUrl(), { schema: "nowhere" }, (saver) =>
      saver.getTuple({ configurable: { thread_id: id } }),
    );
    expect(error.message).toContain(`of thread "${id.slice(0, 80)}…" failed`);
    expect(error.message.length).toBeLessThan(500);
  });
});

describe("a server that takes no connection without TLS", () => {
  it("is said to demand it, over every driver", async () => {
    await using server = await devPostgres({ own: true });
    await withClient(async (client) => {
      const file = (await client.query("SHOW hba_file")).rows[0].hba_file;
      await client.query(`COPY (SELECT 'hostssl all all all trust') TO PROGRAM 'cat > ${file}'`);
      await client.query("SELECT pg_reload_conf()");
    }, server.url);
    for (const connect of Object.values(ALL)) {
      const error = await mistake(connect, server.url);
      expect(error.code).toBe("28000");
      expect(error.message).toContain("demands TLS (`sslmode=require`)");
    }
  });
});

const OPTIONS = { retry: false } as const;

describe("a pool of which all connections are in use", () => {
  it("of pg is named with its size", async () => {
    const connectionString = databaseUrl();
    const pool = new pg.Pool({ connectionString, max: 2 });
    const busy = [await pool.connect(), await pool.connect()];
    pool.options.connectionTimeoutMillis = 50;
    const saver = new PgSaver(pool, OPTIONS);
    await expect(read(saver)).rejects.toMatchObject({
      code: "CONNECT_TIMEOUT",
      message: expect.stringContaining("none of the pool's 2 connections became free"),
    });
    const limited = new PgSaver(pool, { ...OPTIONS, timeout: 50 });
    await expect(read(limited)).rejects.toThrow(
      "took longer than 50 ms, the wait for one of the pool's 2 connections included",
    );
    for (const client of busy) client.release();
    await pool.end();
  });

  it("of postgres.js is named with its size", async () => {
    const sql = postgres(databaseUrl(), { max: 2 });
    const busy = [await sql.reserve(), await sql.reserve()];
    const saver = new PostgresJsSaver(sql, { ...OPTIONS, timeout: 50 });
    await expect(read(saver)).rejects.toThrow("the wait for one of the pool's 2 connections");
    for (const connection of busy) connection.release();
    await sql.end({ timeout: 1 });
  });

  it("of pg under Kysely is told, without its size, which Kysely does not tell", async () => {
    const connectionString = databaseUrl();
    const pool = new pg.Pool({ connectionString, max: 1 });
    const busy = await pool.connect();
    pool.options.connectionTimeoutMillis = 50;
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await expect(read(new KyselySaver(db, OPTIONS))).rejects.toMatchObject({
      code: "CONNECT_TIMEOUT",
      message: expect.stringContaining("no connection became free"),
    });
    busy.release();
    await db.destroy();
  });
});

const ENDED = { code: "CONNECTION_ENDED", message: expect.stringContaining("make new ones") };

describe("after the end", () => {
  it.each(Object.entries(ALL))("over %s the client is said to be ended", async (_, connect) => {
    const { saver, end } = connect(databaseUrl());
    await read(saver).catch(() => {}); // Kysely knows its driver from the first query on
    await end();
    await expect(read(saver)).rejects.toMatchObject(ENDED);
  });

  it("of its transaction, a saver over Kysely is said to need the next one", async () => {
    const pool = new pg.Pool({ connectionString: databaseUrl() });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const transaction = await db.startTransaction().execute();
    const saver = new KyselySaver(transaction, OPTIONS);
    await transaction.rollback().execute();
    await expect(read(saver)).rejects.toMatchObject({ code: "25P01" });
    await db.destroy();
  });

  it("a client of pg that was never connected is told from one that is lost", async () => {
    const saver = new PgSaver(new pg.Client({ connectionString: databaseUrl() }));
    await expect(read(saver)).rejects.toThrow("`await client.connect()` first");
  });
});
