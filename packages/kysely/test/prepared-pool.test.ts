import {
  chainGraph,
  collect,
  databaseUrl,
  thread,
  withEnding,
  withSchema,
} from "@waypost/conformance/fixtures";
import { KyselySaver, preparedPool } from "@waypost/kysely";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";
import { describe, expect, it } from "vitest";

/** Runs the work with a Kysely over one connection, unless told otherwise, of which the prepared statements can be seen. */
const withPrepared = (
  work: (
    saver: KyselySaver,
    db: Kysely<unknown>,
    names: () => Promise<string[]>,
    schema: string,
  ) => Promise<void>,
  max = 1,
) =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max });
    pool.on("error", () => {}); // of idle connections; Kysely has the others
    const dialect = new PostgresDialect({ pool: preparedPool(pool), cursor: Cursor });
    const db = new Kysely<unknown>({ dialect });
    const saver = new KyselySaver(db, { schema });
    await saver.setup();
    const names = async () =>
      (await pool.query("SELECT name FROM pg_prepared_statements")).rows.map(({ name }) => name);
    await work(saver, db, names, schema);
    await db.destroy();
    expect(pool.ended).toBe(true);
  });

describe("a prepared pool", () => {
  it("prepares each statement of a saver once, and none of its owner's", () =>
    withPrepared(async (saver, db, names) => {
      for (const turn of [1, 2, 3]) {
        const { log } = await chainGraph(saver).invoke({ log: [`${turn}`] }, thread("1"));
        expect(log).toHaveLength(3 * turn);
      }
      const before = await names();
      expect(before.length).toBeGreaterThan(2);
      expect(before.every((name) => /^waypost_[0-9a-f]{16}$/.test(name))).toBe(true);
      expect((await sql`SELECT ${1}::int AS one`.execute(db)).rows).toEqual([{ one: 1 }]);
      await chainGraph(saver).invoke({ log: ["again"] }, thread("2"));
      expect(await names()).toEqual(before);
    }));

  it("takes part in transactions", () =>
    withPrepared(async (saver, db, names, schema) => {
      await db.transaction().execute(async (transaction) => {
        const inside = new KyselySaver(transaction, { schema });
        await chainGraph(inside).invoke({ log: ["1"] }, thread("1"));
        expect(await collect(inside.list(thread("1")))).toHaveLength(4);
      });
      expect(await collect(saver.list(thread("1")))).toHaveLength(4);
      expect((await names()).length).toBeGreaterThan(2);
    }));

  it("takes part in cursors", () =>
    withPrepared(async (saver) => {
      await chainGraph(saver).invoke({ log: ["1"] }, thread("1"));
      expect(await collect(saver.list(thread("1"), { fetch: "cursor" }))).toHaveLength(4);
    }, 2));

  it("goes on after the connection was lost", () =>
    withPrepared(async (saver, db, names) => {
      await chainGraph(saver).invoke({ log: ["1"] }, thread("1"));
      await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => {});
      expect((await saver.getTuple(thread("1")))?.checkpoint.channel_values.log).toHaveLength(3);
      expect(await names()).toHaveLength(1);
    }));

  it("makes a connection that ends just as it becomes ready an error, or another is taken", () =>
    withSchema((schema) =>
      withEnding(databaseUrl(), async (url, endNext) => {
        const pool = new pg.Pool({ connectionString: url });
        pool.on("error", () => {});
        const db = new Kysely<unknown>({
          dialect: new PostgresDialect({ pool: preparedPool(pool) }),
        });
        const saver = new KyselySaver(db, { schema });
        const once = new KyselySaver(db, { schema, retry: false });
        await saver.setup();
        for (const work of [
          () => saver.getTuple(thread("1")),
          () => once.prune(["1"], { keepLast: 1 }),
          () => db.connection().execute((one) => sql`SELECT 1`.execute(one)),
        ]) {
          const client = await pool.connect();
          expect(client.listenerCount("error")).toBe(0);
          client.release(true);
          endNext(1);
          await work().catch((error: unknown) => expect(error).toBeInstanceOf(Error));
        }
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
        await db.destroy();
      }),
    ));
});
