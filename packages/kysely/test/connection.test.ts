import {
  chainGraph,
  checkpoint,
  collect,
  committedIn,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { KyselySaver } from "@waypost/kysely";
import { suite } from "@waypost/testing";
import { overPg } from "@waypost/testing/kinds";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";
import { describe, expect, it } from "vitest";

suite({
  name: "Kysely, one connection of it",
  transactionOverhead: 3, // a savepoint finds out whether one is open
  session: { statements: 5, exchanges: 5 },
  async open(url, options) {
    const db = new Kysely<unknown>({ dialect: overPg(url) });
    const opened = Promise.withResolvers<Kysely<unknown>>();
    const closed = Promise.withResolvers<void>();
    const done = db.connection().execute((one) => {
      opened.resolve(one);
      return closed.promise;
    });
    const close = async () => {
      closed.resolve();
      await done;
      await db.destroy();
    };
    try {
      return { saver: new KyselySaver(await opened.promise, options), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
});

const t = thread("1");

describe("a Kysely on one connection", () => {
  it("takes the lock for its session, reads meanwhile, and lets others have it then", () =>
    withSchema(async (schema) => {
      await using db = new Kysely<unknown>({ dialect: overPg(databaseUrl()) });
      await db.connection().execute(async (one) => {
        const saver = new KyselySaver(one, { schema });
        await saver.setup();
        const others = new KyselySaver(db, { schema });
        const lock = await saver.threadLock("1");
        await saver.put(t, checkpoint({}), METADATA, {});
        const refused = { code: "WAYPOST_THREAD_LOCKED" };
        await expect(others.threadLock("1", { wait: false })).rejects.toMatchObject(refused);
        await lock[Symbol.asyncDispose]();
        await using _ = await others.threadLock("1", { wait: false });
      });
    }));

  it("joins a transaction that its owner began by hand, also at the first call", () =>
    withSchema(async (schema) => {
      await using db = new Kysely<unknown>({ dialect: overPg(databaseUrl()) });
      await new KyselySaver(db, { schema }).setup();
      await db.schema.withSchema(schema).createTable("orders").addColumn("id", "integer").execute();
      for (const first of ["copyThread", "put"]) {
        await db.connection().execute(async (one) => {
          await new KyselySaver(one, { schema }).put(t, checkpoint({}), METADATA, {});
          await sql`BEGIN`.execute(one);
          const saver = new KyselySaver(one, { schema });
          if (first === "put") await saver.put(thread("2"), checkpoint({}), METADATA, {});
          await Promise.all([saver.copyThread("1", "3"), saver.copyThread("1", "4")]);
          await saver.prune(["1"], { keepLast: 1 });
          await sql`ROLLBACK`.execute(one);
          expect(await committedIn(schema)).toMatchObject({ threads: 1 });
        });
      }
    }));
});

describe("a Kysely over a pool of one", () => {
  it("refuses a lock and a cursor in words, rather than to wait for ever", () =>
    withSchema(async (schema) => {
      const over = () => {
        const pool = new pg.Pool({ connectionString: databaseUrl(), max: 1 });
        return new Kysely<unknown>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
      };
      await using db = over();
      await using other = over();
      const saver = new KyselySaver(db, { schema });
      await saver.setup();
      await Promise.all([
        expect(saver.threadLock("1")).rejects.toThrow(/no second one .* larger pool/),
        expect(
          collect(new KyselySaver(other, { schema }).list(t, { fetch: "cursor" })),
        ).rejects.toThrow(/a pool without a second one .*"pages"/),
      ]);
      expect((await chainGraph(saver).invoke({ log: ["in"] }, t)).log).toHaveLength(3);
    }));
});
