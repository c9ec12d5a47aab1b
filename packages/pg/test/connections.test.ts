import { setTimeout } from "node:timers/promises";
import {
  chainGraph,
  checkpoint,
  databaseUrl,
  METADATA,
  putChain,
  thread,
  withClient,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { describe, expect, it, vi } from "vitest";

async function withPool(work: (pool: pg.Pool, schema: string) => Promise<void>): Promise<void> {
  await withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), application_name: schema });
    try {
      await new PgSaver(pool, { schema }).setup();
      await work(pool, schema);
    } finally {
      await pool.end();
    }
  });
}

/** How many of the client's queries wait for their answer at once, at most. */
function watchOverlap(client: pg.ClientBase): { readonly most: number } {
  const overlap = { running: 0, most: 0 };
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(client, "query").mockImplementation((async (...args: unknown[]) => {
    overlap.running += 1;
    overlap.most = Math.max(overlap.most, overlap.running);
    return query(...args).finally(() => {
      overlap.running -= 1;
    });
  }) as never);
  return overlap;
}

/** Ends every other session of an application, as an operator or a failover does. */
const terminate = (application: string) =>
  withClient((client) =>
    client.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1",
      [application],
    ),
  );

describe("a single Client", () => {
  it("never has two of the saver's queries at once, though two savers share it", () =>
    withPool(async (pool, schema) => {
      const client = await pool.connect();
      const overlap = watchOverlap(client);
      const savers = [new PgSaver(client, { schema }), new PgSaver(client, { schema })];
      await Promise.all(
        savers.flatMap((saver, i) =>
          [1, 2, 3].map((n) => chainGraph(saver).invoke({ log: [] }, thread(`${i} ${n}`))),
        ),
      );
      client.release();
      expect(overlap.most).toBe(1);
    }));

  it("with pipeline: true sends without waiting for answers", () =>
    withSchema(async (schema) => {
      const client = new pg.Client({ connectionString: databaseUrl(), pipeline: true });
      await client.connect();
      const saver = new PgSaver(client, { schema });
      await saver.setup();
      const overlap = watchOverlap(client);
      await Promise.all([1, 2, 3, 4].map((n) => saver.getTuple(thread(`${n}`))));
      await client.end();
      expect(overlap.most).toBe(4);
    }));

  it("with pipeline: true keeps other operations out of a transaction of the saver", () =>
    withSchema(async (schema) => {
      const client = new pg.Client({ connectionString: databaseUrl(), pipeline: true });
      await client.connect();
      const saver = new PgSaver(client, { schema });
      await saver.setup();
      const [config] = await putChain(saver, "1", 1, () => ({}));
      const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
      const bad = { ...METADATA, source: "loop" } as const;
      const [stored] = await Promise.allSettled([
        saver.put(thread("2"), checkpoint({}), bad, {}),
        saver.putWrites(config ?? {}, many, "task"),
        saver.put(thread("3"), checkpoint({}), bad, {}),
      ]);
      expect(stored.status).toBe("fulfilled");
      expect(await saver.getTuple(thread("2"))).toBeDefined();
      expect(await saver.getTuple(thread("3"))).toBeDefined();
      expect((await saver.getTuple(config ?? {}))?.pendingWrites).toHaveLength(17_000);
      await client.end();
    }));

  it("that is not connected is an error, not an endless wait", async () => {
    const saver = new PgSaver(new pg.Client({ connectionString: databaseUrl() }));
    await expect(saver.getTuple(thread("1"))).rejects.toThrow("client.connect()");
    await expect(saver.setup()).rejects.toThrow("client.connect()");
  });

  it("stays connected when the saver ends", () =>
    withPool(async (pool, schema) => {
      const client = await pool.connect();
      const saver = new PgSaver(client, { schema });
      await saver.end();
      expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
      client.release();
    }));

  it("keeps its owner's type parsers, and the saver reads past them", () =>
    withSchema(async (schema) => {
      const types = { getTypeParser: () => () => "mine" } as unknown as pg.CustomTypesConfig;
      const client = new pg.Client({ connectionString: databaseUrl(), types });
      await client.connect();
      await client.query("SET bytea_output = 'escape'");
      const saver = new PgSaver(client, { schema });
      await saver.setup();
      const bytes = new Uint8Array([0, 92, 39, 127, 128, 255]);
      const stored = checkpoint({ bytes, log: ["a"] });
      await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
      const read = await saver.getTuple(thread("1"));
      expect(read?.checkpoint.channel_values.log).toEqual(["a"]);
      expect(new Uint8Array(read?.checkpoint.channel_values.bytes as Uint8Array)).toEqual(bytes);
      expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: "mine" }]);
      await client.end();
    }));
});

describe("a pool", () => {
  it("that the saver opened survives its idle connections being killed", () =>
    withSchema(async (schema) => {
      const url = new URL(databaseUrl());
      url.searchParams.set("application_name", schema);
      await using saver = PgSaver.fromConnString(url.href, { schema });
      await saver.setup();
      await Promise.all([1, 2, 3].map((n) => saver.getTuple(thread(`${n}`))));
      await terminate(schema);
      await setTimeout(0); // the pool hears of it in an event of its own
      const next = await saver.put(thread("1"), checkpoint({}), METADATA, {});
      expect((await saver.getTuple(thread("1")))?.config).toEqual(next);
    }));

  it("gets back a connection that dies within a transaction of the saver, and drops it", () =>
    withPool(async (pool, schema) => {
      pool.on("error", () => {});
      const saver = new PgSaver(pool, { schema, retry: false });
      const [config] = await putChain(saver, "1", 1, () => ({}));
      const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
      await withClient(async (blocker) => {
        await blocker.query(`BEGIN; LOCK TABLE ${schema}.checkpoint_writes`);
        const refused = saver
          .putWrites(config ?? {}, many, "task")
          .catch((error: unknown) => error);
        const waits = async () => {
          const waiting = await blocker.query(
            "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
            [`${schema}.checkpoint_writes`],
          );
          return waiting.rowCount === 1;
        };
        await vi.waitUntil(waits, { timeout: 10_000 });
        await terminate(schema);
        expect(await refused).toMatchObject({ code: "57P01" });
        await blocker.query("ROLLBACK");
      });
      expect(pool.totalCount).toBe(0);
      expect((await saver.getTuple(config ?? {}))?.pendingWrites).toEqual([]);
    }));

  it("that gave no connection in time is asked again", () =>
    withSchema(async (schema) => {
      const config = { connectionString: databaseUrl(), max: 1, connectionTimeoutMillis: 100 };
      const pool = new pg.Pool(config);
      const saver = new PgSaver(pool, { schema });
      await saver.setup();
      const taken = await pool.connect();
      const impatient = new PgSaver(pool, { schema, retry: false });
      await expect(impatient.getTuple(thread("1"))).rejects.toMatchObject({
        cause: { message: "timeout exceeded when trying to connect" },
      });
      const read = saver.getTuple(thread("1"));
      await setTimeout(150); // the pool gives up once, at least
      taken.release();
      expect(await read).toBeUndefined();
      await pool.end();
    }));

  it("that was passed in stays open when the saver ends", () =>
    withPool(async (pool, schema) => {
      await new PgSaver(pool, { schema }).end();
      expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    }));

  it("that the saver opened is ended once, however often the saver is", async () => {
    const saver = PgSaver.fromConnString(databaseUrl());
    await saver.end();
    await saver.end();
    await expect(saver.getTuple(thread("1"))).rejects.toThrow('getTuple of thread "1" failed');
  });

  it("is not opened before it is needed", async () => {
    const saver = PgSaver.fromConnString("postgresql://nobody@127.0.0.1:1/none");
    await expect(saver.getTuple(thread("1"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await saver.end();
  });
});

describe("the constructor", () => {
  it.each([undefined, null, "postgresql://localhost", {}, { query() {} }])(
    "refuses %o and says what to pass",
    (client) => {
      expect(() => new PgSaver(client as never)).toThrow(/Pool.*Client.*fromConnString/);
    },
  );

  it("refuses an empty connection string", () => {
    expect(() => PgSaver.fromConnString("")).toThrow("connection string");
  });

  it("makes a saver that a config may hold when it is turned into JSON", () => {
    const saver = PgSaver.fromConnString(databaseUrl());
    expect(JSON.stringify({ saver })).toBe('{"saver":"[PgSaver]"}');
  });
});
