import {
  collect,
  databaseUrl,
  thread,
  withEnding,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import Cursor from "pg-cursor";
import { describe, expect, it } from "vitest";

const OPERATIONS: [string, (saver: PgSaver) => Promise<unknown>][] = [
  ["a read", (saver) => saver.getTuple(thread("1"))],
  ["setup", (saver) => saver.setup()],
  ["a transaction", (saver) => saver.prune(["1"], { keepLast: 1 })],
  ["a lock", async (saver) => (await saver.threadLock("1"))[Symbol.asyncDispose]()],
  ["a cursor", (saver) => collect(saver.list(thread("1"), { fetch: "cursor" }))],
];

describe("a connection that is ended just as it becomes ready", () => {
  it.each(OPERATIONS)("is an error of %s, or is replaced", (_, operation) =>
    withSchema((schema) =>
      withEnding(databaseUrl(), async (url, endNext) => {
        const pool = new pg.Pool({ connectionString: url });
        const lost: string[] = [];
        pool.on("error", ({ message }) => lost.push(message));
        const saver = new PgSaver(pool, { schema, cursor: Cursor });
        await saver.setup();
        // The next operation opens a new one.
        await Promise.all(
          [...Array(pool.idleCount)].map(async () => (await pool.connect()).release(true)),
        );
        endNext(1);
        const done = await operation(saver).then(
          () => "done",
          ({ code }: { code: string }) => code,
        );
        expect(["done", "57P01"]).toContain(done);
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
        // What is lent goes back as it was: the pool's own listener is the only one.
        const client = await pool.connect();
        expect(client.listenerCount("error")).toBe(0);
        client.release();
        await pool.end();
      }),
    ),
  );
});

it("a pool whose connect knows no callbacks serves as well", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl() });
    const connect: () => Promise<pg.PoolClient> = pool.connect.bind(pool);
    const wrapped = Object.assign(new pg.Pool(), {
      connect: () => connect(),
      query: pool.query.bind(pool),
    });
    const saver = new PgSaver(wrapped, { schema });
    await saver.setup();
    expect(await saver.prune(["1"], { keepLast: 1 })).toMatchObject({ checkpoints: 0 });
    await pool.end();
  }));
