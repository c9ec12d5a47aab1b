import {
  chainGraph,
  collect,
  databaseUrl,
  type Session,
  thread,
  withSchema,
} from "@waypost/conformance";
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

type Open = (url: string, options: SaverOptions) => Session;

/** More connections than the pooler has, so that they share them. */
const CLIENTS = 8;
const SERVER_CONNECTIONS = 3;

const overPool: Open = (url, options) => {
  const pool = new pg.Pool({ connectionString: url, max: CLIENTS });
  return { saver: new PgSaver(pool, options), close: () => pool.end() };
};

const overPostgresJs =
  (prepare: boolean): Open =>
  (url, options) => {
    const sql = postgres(url, { max: CLIENTS, prepare, onnotice: () => {} });
    return { saver: new PostgresJsSaver(sql, options), close: () => sql.end({ timeout: 1 }) };
  };

const overKysely =
  (dialect: (url: string) => Dialect): Open =>
  (url, options) => {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    return { saver: new KyselySaver(db, options), close: () => db.destroy() };
  };

/** Not behind an older pooler in transaction mode: it answers an unknown statement itself, and mixes up what it has sent meanwhile. */
const PREPARED_POSTGRES_JS = "postgres.js, prepared";

const DRIVERS: readonly [string, Open, SaverOptions][] = [
  ["pg Pool, which finds out by itself", overPool, {}],
  ["pg Pool, not prepared", overPool, { prepare: false }],
  [PREPARED_POSTGRES_JS, overPostgresJs(true), {}],
  ["postgres.js, not prepared", overPostgresJs(false), {}],
  [
    "Kysely over pg",
    overKysely(
      (url) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: CLIENTS }) }),
    ),
    {},
  ],
  [
    "Kysely over postgres.js, not prepared",
    overKysely(
      (url) =>
        new PostgresJSDialect({
          postgres: postgres(url, { max: CLIENTS, prepare: false, onnotice: () => {} }),
        }),
    ),
    {},
  ],
];

/** Two applications with tables of their own, several threads at once, through the same few connections. */
async function converse(open: Open, options: SaverOptions, url: string): Promise<void> {
  await withSchema((one) =>
    withSchema(async (two) => {
      const sessions = [one, two].map((schema) => open(url, { ...options, schema }));
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

/** Runs of one thread at once, half of them in another application; each needs what the one before has left. */
async function takeTurns(open: Open, options: SaverOptions, url: string): Promise<void> {
  await withSchema(async (schema) => {
    const sessions = [1, 2].map(() => open(url, { ...options, schema }));
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
  describe.each(["transaction", "session"] as const)(`${pgBouncerVersion} in %s mode`, (mode) => {
    let bouncer: PgBouncer;
    beforeAll(async () => {
      // In session mode each client keeps a connection of the server.
      const connections = mode === "transaction" ? SERVER_CONNECTIONS : 4 * CLIENTS;
      bouncer = await PgBouncer.before(databaseUrl(), mode, connections);
    });
    afterAll(() => bouncer?.[Symbol.asyncDispose]());

    const prepares = mode === "session" || pgBouncerPrepares;
    const drivers = DRIVERS.filter(([name]) => prepares || name !== PREPARED_POSTGRES_JS);
    it.each(drivers)("%s: loses nothing and mixes nothing up", (_, open, options) =>
      converse(open, options, bouncer.url),
    );

    it.each(drivers)("%s: locks let one run at a time go on", (_, open, options) =>
      takeTurns(open, options, bouncer.url),
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
