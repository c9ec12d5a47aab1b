import {
  chainGraph,
  checkpoint,
  committedIn,
  databaseUrl,
  METADATA,
  putChain,
  thread,
  withSchema,
} from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { describe, expect, it } from "vitest";

interface Transaction {
  client: pg.PoolClient;
  saver: PgSaver;
  schema: string;
  /** Threads and orders that another connection sees. */
  seen(): Promise<{ threads: number; orders: number }>;
}

async function withTransaction(work: (transaction: Transaction) => Promise<void>): Promise<void> {
  await withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl() });
    await new PgSaver(pool, { schema }).setup();
    await pool.query(`CREATE TABLE ${schema}.orders (id int PRIMARY KEY)`);
    const client = await pool.connect();
    const seen = () => committedIn(schema);
    try {
      await work({ client, saver: new PgSaver(client, { schema }), schema, seen });
    } finally {
      client.release();
      await pool.end();
    }
  });
}

describe("a PoolClient in the caller's transaction", () => {
  const order = ({ client, schema }: Transaction) =>
    client.query(`INSERT INTO ${schema}.orders VALUES (1)`);

  it("commits checkpoints and application rows together", () =>
    withTransaction(async (transaction) => {
      const { client, saver, seen } = transaction;
      await client.query("BEGIN");
      await order(transaction);
      const { log } = await chainGraph(saver).invoke({ log: ["in"] }, thread("1"));
      expect(await seen()).toEqual({ threads: 0, orders: 0 });
      await client.query("COMMIT");
      expect(await seen()).toEqual({ threads: 1, orders: 1 });
      expect((await chainGraph(saver).getState(thread("1"))).values.log).toEqual(log);
    }));

  it("rolls checkpoints and application rows back together", () =>
    withTransaction(async (transaction) => {
      const { client, saver, seen } = transaction;
      await client.query("BEGIN");
      await order(transaction);
      await chainGraph(saver).invoke({ log: ["in"] }, thread("1"));
      await client.query("ROLLBACK");
      expect(await seen()).toEqual({ threads: 0, orders: 0 });
    }));

  it("rolls back to a savepoint, and commits what was before it", () =>
    withTransaction(async (transaction) => {
      const { client, saver, seen } = transaction;
      await client.query("BEGIN");
      await order(transaction);
      await chainGraph(saver).invoke({ log: ["kept"] }, thread("1"));
      await client.query("SAVEPOINT here");
      await chainGraph(saver).invoke({ log: ["lost"] }, thread("2"));
      await client.query("ROLLBACK TO SAVEPOINT here");
      await client.query("COMMIT");
      expect(await seen()).toEqual({ threads: 1, orders: 1 });
    }));

  it("joins the transaction also where an operation needs several statements", () =>
    withTransaction(async ({ client, saver }) => {
      await client.query("BEGIN");
      const [config] = await putChain(saver, "1", 1, () => ({}));
      const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
      await saver.putWrites(config ?? {}, many, "task");
      expect(client.getTransactionStatus()).toBe("T");
      await client.query("ROLLBACK");
      expect(await saver.getTuple(thread("1"))).toBeUndefined();
    }));

  it("says that the transaction has failed before, and works again after the rollback", () =>
    withTransaction(async ({ client, saver }) => {
      await client.query("BEGIN");
      await expect(client.query("SELECT 1/0")).rejects.toThrow("division");
      await expect(saver.getTuple(thread("1"))).rejects.toThrow(/roll it back.*25P02/);
      await client.query("ROLLBACK");
      await saver.put(thread("1"), checkpoint({}), METADATA, {});
      expect(await saver.getTuple(thread("1"))).toBeDefined();
    }));

  it("opens a transaction of its own where the caller has none", () =>
    withTransaction(async ({ client, saver }) => {
      const [config] = await putChain(saver, "1", 1, () => ({}));
      const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
      await saver.putWrites(config ?? {}, many, "task");
      expect(client.getTransactionStatus()).toBe("I");
      expect((await saver.getTuple(config ?? {}))?.pendingWrites).toHaveLength(17_000);
    }));
});
