import { once } from "node:events";
import { databaseUrl, withClient, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it, vi } from "vitest";

const AT_ONCE = { wait: false };
const LOCKED = { code: "WAYPOST_THREAD_LOCKED" };

async function withPool(max: number, work: (pool: pg.Pool, schema: string) => Promise<void>) {
  await withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max, application_name: schema });
    try {
      await work(pool, schema);
    } finally {
      await pool.end();
    }
  });
}

it("savers over one pool share the connection of their locks, and a pool of two is enough", () =>
  withPool(2, async (pool, schema) => {
    const [one, two] = [new PgSaver(pool, { schema }), new PgSaver(pool, { schema })];
    await one.setup();
    const lock = await one.threadLock("1");
    await expect(two.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
    await using _ = await two.threadLock("2");
    await lock[Symbol.asyncDispose]();
    await using _again = await two.threadLock("1", AT_ONCE);
    expect(await two.getTuple({ configurable: { thread_id: "1" } })).toBeUndefined();
  }));

it("savers over one client exclude each other, though to the server they are one session", () =>
  withSchema(async (schema) => {
    const client = new pg.Client({ connectionString: databaseUrl() });
    await client.connect();
    const [one, two] = [new PgSaver(client, { schema }), new PgSaver(client, { schema })];
    const lock = await one.threadLock("1");
    await expect(two.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
    const waiting = two.threadLock("1");
    await lock[Symbol.asyncDispose]();
    await (await waiting)[Symbol.asyncDispose]();
    await client.end();
  }));

it("a pool of one is refused, as the runs would wait for its connection", () =>
  withPool(1, async (pool, schema) => {
    await expect(new PgSaver(pool, { schema }).threadLock("1")).rejects.toMatchObject({
      code: "WAYPOST_INVALID_INPUT",
      message: expect.stringMatching(/pool of one.*larger/),
    });
  }));

it("a pool without a second connection is given up, and gets the first one back", () =>
  withPool(2, async (pool, schema) => {
    const taken = await pool.connect();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const lock = new PgSaver(pool, { schema }).threadLock("1").catch((error: unknown) => error);
      await vi.waitUntil(() => pool.waitingCount === 1 && vi.getTimerCount() > 0);
      vi.advanceTimersByTime(5000);
      expect(await lock).toMatchObject({ code: "WAYPOST_TIMEOUT" });
    } finally {
      vi.useRealTimers();
    }
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    taken.release();
  }));

it("is heard of by the server every ten seconds, so that its transaction is never idle for long", () =>
  withPool(2, async (pool, schema) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      await using _ = await new PgSaver(pool, { schema }).threadLock("1");
      const idleSince = async () => {
        const { rows } = await pool.query(
          "SELECT state_change FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'",
          [schema],
        );
        return rows[0]?.state_change.getTime();
      };
      const before = await idleSince();
      vi.advanceTimersByTime(10_000);
      await vi.waitUntil(async () => (await idleSince()) > before);
    } finally {
      vi.useRealTimers();
    }
  }));

it("is taken for lost where the connection does not answer", () =>
  withPool(2, async (pool, schema) => {
    const connected = once(pool, "connect") as Promise<[pg.PoolClient]>;
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const lock = await new PgSaver(pool, { schema }).threadLock("1");
      const [client] = await connected;
      const silence = vi.spyOn(client, "query").mockReturnValueOnce(new Promise(() => {}) as never);
      vi.advanceTimersByTime(10_000);
      await vi.waitUntil(() => silence.mock.calls.length > 0);
      expect(lock.signal.aborted).toBe(false);
      vi.advanceTimersByTime(10_000);
      expect(lock.signal.reason).toMatchObject({
        code: "WAYPOST_LOCK_LOST",
        cause: { code: "WAYPOST_TIMEOUT" },
      });
      await expect(lock[Symbol.asyncDispose]()).rejects.toBe(lock.signal.reason);
    } finally {
      vi.useRealTimers();
    }
  }));

it("is free after a minute in which nothing was heard of its holder, and not sooner", () =>
  withPool(2, async (pool, schema) => {
    pool.options.options = "-c idle_in_transaction_session_timeout=500 -c transaction_timeout=500";
    const connected = once(pool, "connect") as Promise<[pg.PoolClient]>;
    await using lock = await new PgSaver(pool, { schema }).threadLock("1");
    const [client] = await connected;
    const timeout = await client.query("SHOW idle_in_transaction_session_timeout");
    expect(timeout.rows[0].idle_in_transaction_session_timeout).toBe("1min");
    await withClient((other) => other.query("SELECT pg_sleep(0.7)"));
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    expect(lock.signal.aborted).toBe(false);
  }));

it("leaves no lock on a connection whose statement the server refused", () =>
  withPool(2, async (pool, schema) => {
    const saver = new PgSaver(pool, { schema, retry: false });
    const connected = once(pool, "connect") as Promise<[pg.PoolClient]>;
    const lock = await saver.threadLock("1");
    const [client] = await connected;
    const query = client.query.bind(client) as (query: { text: string }) => unknown;
    client.query = ((sent: { text: string }) =>
      query(
        sent.text.includes("advisory") ? { ...sent, text: "SELECT 1 / 0, $1::text" } : sent,
      )) as never;
    await expect(saver.threadLock("2")).rejects.toMatchObject({ code: "22012" });
    expect(lock.signal.aborted).toBe(true);
    await expect(lock[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "WAYPOST_LOCK_LOST" });
    const { rows } = await withClient((other) =>
      other.query(
        "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND application_name = $1",
        [schema],
      ),
    );
    expect(rows).toEqual([]);
    await using _ = await saver.threadLock("1", AT_ONCE);
  }));

it("can be freed again after the ROLLBACK of a transaction that failed meanwhile", () =>
  withSchema(async (schema) => {
    const client = new pg.Client({ connectionString: databaseUrl() });
    await client.connect();
    const saver = new PgSaver(client, { schema });
    const lock = await saver.threadLock("1");
    await client.query("BEGIN");
    await expect(client.query("SELECT 1 / 0")).rejects.toThrow("division");
    await expect(lock[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "25P02" });
    await expect(saver.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
    await client.query("ROLLBACK");
    await lock[Symbol.asyncDispose]();
    const again = await saver.threadLock("1", AT_ONCE);
    await again[Symbol.asyncDispose]();
    await client.end();
  }));
