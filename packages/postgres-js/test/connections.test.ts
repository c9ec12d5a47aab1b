import {
  CountingProxy,
  chainGraph,
  checkpoint,
  committedIn,
  databaseUrl,
  METADATA,
  putChain,
  thread,
  withClient,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";
import { describe, expect, it, vi } from "vitest";

async function withSql(work: (sql: postgres.Sql, schema: string) => Promise<void>): Promise<void> {
  await withSchema(async (schema) => {
    const sql = postgres(databaseUrl(), { max: 4, onnotice: () => {} });
    try {
      await new PostgresJsSaver(sql, { schema }).setup();
      await sql.unsafe(`CREATE TABLE ${schema}.orders (id int PRIMARY KEY)`);
      await work(sql, schema);
    } finally {
      await sql.end();
    }
  });
}

const order = (sql: { unsafe: postgres.Sql["unsafe"] }, schema: string) =>
  sql.unsafe(`INSERT INTO ${schema}.orders VALUES (1)`);

describe("postgres.js in the caller's transaction", () => {
  it("rolls back to a savepoint, and commits what was before it", () =>
    withSql(async (sql, schema) => {
      await sql.begin(async (tx) => {
        await order(tx, schema);
        await chainGraph(new PostgresJsSaver(tx, { schema })).invoke({ log: [] }, thread("kept"));
        const lost = tx.savepoint(async (inner) => {
          await chainGraph(new PostgresJsSaver(inner, { schema })).invoke(
            { log: [] },
            thread("lost"),
          );
          throw new Error("not this");
        });
        await expect(lost).rejects.toThrow("not this");
      });
      expect(await committedIn(schema)).toEqual({ threads: 1, orders: 1 });
    }));

  it("is rolled back as a whole by an error of the database, also one that was caught", () =>
    withSql(async (sql, schema) => {
      const transaction = sql.begin(async (tx) => {
        await order(tx, schema);
        await tx`SAVEPOINT here`;
        await tx`SELECT 1/0`.catch(() => tx`ROLLBACK TO SAVEPOINT here`);
        const saver = new PostgresJsSaver(tx, { schema });
        await saver.put(thread("1"), checkpoint({}), METADATA, {});
      });
      await expect(transaction).rejects.toThrow("division");
      expect(await committedIn(schema)).toEqual({ threads: 0, orders: 0 });
    }));

  it("joins a transaction that the caller opened on a reserved connection", () =>
    withSql(async (sql, schema) => {
      const reserved = await sql.reserve();
      const saver = new PostgresJsSaver(reserved, { schema });
      await reserved`BEGIN`;
      const [config] = await putChain(saver, "1", 1, () => ({}));
      const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
      await saver.putWrites(config ?? {}, many, "task");
      await reserved`ROLLBACK`;
      expect(await saver.getTuple(thread("1"))).toBeUndefined();
      reserved.release();
    }));
});

describe("a connection that is lost in a transaction of the saver's", () => {
  /** Drops all connections while a statement of the work waits for a lock. */
  const whileDropped = (
    open: (sql: postgres.Sql) => Promise<[postgres.Sql | postgres.ReservedSql, () => void]>,
    work: (saver: PostgresJsSaver) => Promise<unknown>,
  ) =>
    withSchema(async (schema) => {
      const proxy = await CountingProxy.to(databaseUrl());
      const sql = postgres(proxy.url, { max: 4, onnotice: () => {} });
      const [session, release] = await open(sql);
      try {
        const saver = new PostgresJsSaver(session, { schema, session: { "app.tenant": "a" } });
        await saver.setup();
        await withClient(async (blocker) => {
          await blocker.query(`BEGIN; LOCK TABLE ${schema}.checkpoints`);
          const working = work(saver);
          const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass";
          await vi.waitUntil(
            async () => (await blocker.query(waiting, [`${schema}.checkpoints`])).rowCount !== 0,
          );
          proxy.drop();
          await blocker.query("ROLLBACK");
          await working;
        });
      } finally {
        release();
        await sql.end({ timeout: 1 });
        await proxy.close();
      }
    });
  const pool = async (sql: postgres.Sql): Promise<[postgres.Sql, () => void]> => [sql, () => {}];
  const reserved = async (sql: postgres.Sql): Promise<[postgres.ReservedSql, () => void]> => [
    await sql.reserve(),
    () => {}, // postgres.js has taken it back as it was closed
  ];

  it("is replaced, and the operation tried again", () =>
    whileDropped(pool, async (saver) => {
      await saver.put(thread("1"), checkpoint({}), METADATA, {});
      expect(await saver.getTuple(thread("1"))).toBeDefined();
    }));

  it("is an error for what is not tried again", () =>
    whileDropped(pool, async (saver) => {
      const lost = { code: "CONNECTION_CLOSED" };
      await expect(saver.prune(["1"], { keepLast: 1 })).rejects.toMatchObject(lost);
      expect(await saver.getTuple(thread("1"))).toBeUndefined();
    }));

  it("is an error where it is the only one", () =>
    whileDropped(reserved, async (saver) => {
      const lost = { code: "CONNECTION_CLOSED" };
      await expect(saver.prune(["1"], { keepLast: 1 })).rejects.toMatchObject(lost);
    }));
});

describe("a client of postgres.js", () => {
  it("keeps its owner's parsers and transformations, and the saver reads past them", () =>
    withSchema(async (schema) => {
      const sql = postgres(databaseUrl(), {
        onnotice: () => {},
        transform: { ...postgres.pascal, value: { from: () => "mine" } },
      });
      const saver = new PostgresJsSaver(sql, { schema });
      await saver.setup();
      const bytes = new Uint8Array([0, 92, 39, 127, 128, 255]);
      const stored = checkpoint({ bytes, log: ["a"] });
      await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
      const read = await saver.getTuple(thread("1"));
      expect(read?.checkpoint.channel_values.log).toEqual(["a"]);
      expect(new Uint8Array(read?.checkpoint.channel_values.bytes as Uint8Array)).toEqual(bytes);
      expect([...(await sql`SELECT 1 AS one`)]).toEqual([{ One: "mine" }]);
      await sql.end();
    }));

  it("that was passed in stays open when the saver ends", () =>
    withSql(async (sql, schema) => {
      await new PostgresJsSaver(sql, { schema }).end();
      expect([...(await sql`SELECT 1 AS one`)]).toEqual([{ one: 1 }]);
    }));

  it("that the saver opened works as one that was passed in", () =>
    withSchema(async (schema) => {
      await using saver = PostgresJsSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      const graph = chainGraph(saver);
      const { log } = await graph.invoke({ log: ["in"] }, thread("1"));
      expect((await graph.getState(thread("1"))).values.log).toEqual(log);
    }));

  it("that the saver opened is ended once, however often the saver is", async () => {
    const saver = PostgresJsSaver.fromConnString(databaseUrl());
    await saver.end();
    await saver.end();
    await expect(saver.getTuple(thread("1"))).rejects.toThrow('getTuple of thread "1" failed');
  });

  it.each([undefined, null, "postgresql://localhost", {}, () => {}])(
    "is told from %o, which is refused with what to pass",
    (client) => {
      expect(() => new PostgresJsSaver(client as never)).toThrow(/postgres\(\).*fromConnString/);
    },
  );
});

describe("PostgresJsSaver.fromConnString", () => {
  it("sends nothing on a new connection but what was asked for", () =>
    withSchema(async (schema) => {
      await using prepared = PostgresJsSaver.fromConnString(databaseUrl(), { schema });
      await prepared.setup();
      const proxy = await CountingProxy.to(databaseUrl());
      try {
        await using saver = PostgresJsSaver.fromConnString(proxy.url, { schema });
        const { statements } = await proxy.during(() => saver.getTuple(thread("none")));
        expect(statements).toBe(1);
      } finally {
        await proxy.close();
      }
    }));
});
