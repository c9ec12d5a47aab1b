import type { Session } from "@waypost/conformance";
import {
  chainGraph,
  collect,
  databaseUrl,
  putChain,
  thread,
  withClient,
  withSchema,
} from "@waypost/conformance/fixtures";
import type { SaverOptions } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { type Dialect, Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgBouncer, pgBouncerPrepares, pgBouncerVersion } from "./pgbouncer.ts";

type Open = (url: string, options: SaverOptions) => Promise<Session>;

/** More connections than the pooler has, so that they share them. */
const CLIENTS = 8;
const SERVER_CONNECTIONS = 3;

const overPool: Open = async (url, options) => {
  const pool = new pg.Pool({ connectionString: url, max: CLIENTS });
  return { saver: new PgSaver(pool, options), close: () => pool.end() };
};

const overClient: Open = async (url, options) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { saver: new PgSaver(client, options), close: () => client.end() };
};

const overPostgresJs =
  (prepare?: boolean): Open =>
  async (url, options) => {
    const sql = connect(url, prepare);
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end({ timeout: 1 }) };
  };

const overKysely =
  (dialect: (url: string) => Dialect): Open =>
  async (url, options) => {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  };

const connect = (url: string, prepare?: boolean) =>
  postgres(url, { max: CLIENTS, onnotice: () => {}, ...(prepare !== undefined && { prepare }) });

const pgDialect = (url: string) =>
  new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: CLIENTS }) });

const postgresJsDialect = (prepare?: boolean) => (url: string) =>
  new PostgresJSDialect({ postgres: connect(url, prepare) });

/** Puts every operation into a transaction. */
const SESSION: SaverOptions = { session: { "app.tenant": "a" } };

const DRIVERS: readonly [string, Open, SaverOptions][] = [
  ["pg Pool", overPool, {}],
  ["pg Pool, not prepared", overPool, { prepare: false }],
  ["pg Pool, in transactions", overPool, SESSION],
  ["pg Client", overClient, {}],
  ["postgres.js", overPostgresJs(), {}],
  ["postgres.js, not prepared", overPostgresJs(false), {}],
  ["postgres.js, in transactions", overPostgresJs(), SESSION],
  ["Kysely over pg", overKysely(pgDialect), {}],
  ["Kysely over postgres.js", overKysely(postgresJsDialect()), {}],
  ["Kysely over postgres.js, not prepared", overKysely(postgresJsDialect(false)), {}],
  ["Kysely over postgres.js, in transactions", overKysely(postgresJsDialect()), SESSION],
];

/** Two applications with tables of their own, several threads at once, through the same few connections. */
async function converse(open: Open, options: SaverOptions, url: string): Promise<void> {
  await withSchema((one) =>
    withSchema(async (two) => {
      const opening = [one, two].map((schema) => open(url, { ...options, schema }));
      const sessions = await Promise.all(opening);
      try {
        for (const { saver } of sessions) await saver.setup();
        const talks = sessions.flatMap(({ saver }, i) =>
          Array.from({ length: CLIENTS }, async (_, n) => {
            const id = thread(`${n}`);
            for (let turn = 0; turn < 5; turn++) {
              await chainGraph(saver).invoke({ log: [`${i} ${n} ${turn}`] }, id);
            }
            const history = await collect(saver.list(id));
            expect(history).toHaveLength(20);
            expect(history[0]?.checkpoint.channel_values.log).toEqual(
              Array.from({ length: 5 }, (_, turn) => [`${i} ${n} ${turn}`, "a", "b"]).flat(),
            );
          }),
        );
        await Promise.all(talks);
      } finally {
        for (const session of sessions) await session.close();
      }
    }),
  );
}

const BYTES = Uint8Array.from({ length: 3000 }, (_, i) => i % 256);

/** Writers with values that grow, whole and shared; what was acknowledged is looked at from outside. */
async function store(open: Open, options: SaverOptions, url: string): Promise<void> {
  await withSchema(async (schema) => {
    const session = await open(url, { ...options, schema });
    try {
      await session.saver.setup();
      const stateOf = (id: number, turn: number) => ({
        text: `${id} ${"lorem ipsum ".repeat(300 + turn * 30)} ${turn}`,
        bytes: BYTES.map((byte) => byte ^ id ^ turn),
      });
      const writers = Array.from({ length: CLIENTS }, (_, id) =>
        putChain(session.saver, `${id}`, 10, (turn) => stateOf(id, turn)),
      );
      const acknowledged = await Promise.all(writers);
      await withClient(async (client) => {
        const direct = new PgSaver(client, { ...options, schema, cacheBytes: 0 });
        for (const [id, configs] of acknowledged.entries()) {
          for (const [turn, config] of configs.entries()) {
            const tuple = await direct.getTuple(config);
            expect(tuple?.checkpoint.channel_values).toEqual(stateOf(id, turn));
          }
        }
      });
    } finally {
      await session.close();
    }
  });
}

/** Runs of one thread at once, half of them in another application; each needs what the one before has left. */
async function takeTurns(open: Open, options: SaverOptions, url: string): Promise<void> {
  await withSchema(async (schema) => {
    const sessions = await Promise.all([1, 2].map(() => open(url, { ...options, schema })));
    try {
      await sessions[0]?.saver.setup();
      const runs = Array.from({ length: CLIENTS }, async (_, i) => {
        const { saver } = sessions[i % 2] as Session;
        await using lock = await saver.threadLock("1");
        const config = { ...thread("1"), signal: lock.signal };
        await chainGraph(saver).invoke({ log: [`${i}`] }, config);
      });
      await Promise.all(runs);
      const tuple = await sessions[0]?.saver.getTuple(thread("1"));
      expect(tuple?.checkpoint.channel_values.log).toHaveLength(3 * CLIENTS);
    } finally {
      for (const session of sessions) await session.close();
    }
  });
}

if (pgBouncerVersion === undefined) {
  it.skip("PgBouncer (it is not installed)", () => {});
} else {
  const POOLERS = [
    ["transaction", ""],
    // Ends all that a session has, prepared statements too, after each transaction.
    ["transaction", "server_reset_query_always = 1"],
    ["session", ""],
  ] as const;
  describe.each(POOLERS)(`${pgBouncerVersion} in %s mode %s`, (mode, setting) => {
    let bouncer: PgBouncer;
    beforeAll(async () => {
      // In session mode each client keeps a connection of the server.
      const connections = mode === "transaction" ? SERVER_CONNECTIONS : 4 * CLIENTS;
      bouncer = await PgBouncer.before(databaseUrl(), mode, connections, setting);
    });
    afterAll(() => bouncer?.[Symbol.asyncDispose]());

    const prepares = setting === "" && (mode === "session" || pgBouncerPrepares);
    it.each(DRIVERS)("%s: what it acknowledges is stored", (_, open, options) =>
      store(open, options, bouncer.url),
    );

    it.each(DRIVERS)("%s: loses nothing and mixes nothing up", (_, open, options) =>
      converse(open, options, bouncer.url),
    );

    it.each(DRIVERS.filter(([name]) => name !== "pg Client"))(
      "%s: locks let one run at a time go on",
      (_, open, options) => takeTurns(open, options, bouncer.url),
    );

    it.skipIf(!prepares)(
      `statements stay prepared${prepares ? "" : " (not in transaction mode, by this version)"}`,
      () =>
        withSchema(async (schema) => {
          const pool = new pg.Pool({ connectionString: bouncer.url, max: CLIENTS });
          try {
            const saver = new PgSaver(pool, { schema });
            await saver.setup();
            const ids = Array.from({ length: 5 * CLIENTS }, (_, n) => thread(`${n}`));
            await Promise.all(ids.map((id) => saver.getTuple(id)));
            const prepared = "SELECT FROM pg_prepared_statements WHERE statement LIKE $1";
            expect((await pool.query(prepared, [`%"${schema}"%`])).rowCount).toBeGreaterThan(0);
          } finally {
            await pool.end();
          }
        }),
    );

    it("a parameter that it does not take is an error that says how it can be taken", async () => {
      const pool = new pg.Pool({ connectionString: bouncer.url, statement_timeout: 5000 });
      const saver = new PgSaver(pool, { retry: false });
      await expect(saver.getTuple(thread("1"))).rejects.toMatchObject({
        code: "08P01",
        message: expect.stringContaining("`ignore_startup_parameters`"),
      });
      await pool.end();
    });

    it("a single connection gets no lock, which another one could have at the same time", async () => {
      const refused = { code: "WAYPOST_INVALID_INPUT", message: expect.stringContaining("pooler") };
      const client = new pg.Client({ connectionString: bouncer.url });
      await client.connect();
      await expect(new PgSaver(client).threadLock("1")).rejects.toMatchObject(refused);
      await client.end();
      const sql = postgres(bouncer.url, { prepare: false });
      const reserved = await sql.reserve();
      await expect(new PostgresJsSaver(reserved).threadLock("1")).rejects.toMatchObject(refused);
      reserved.release();
      await sql.end({ timeout: 1 });
    });
  });
}
