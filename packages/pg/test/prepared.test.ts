import {
  CountingProxy,
  databaseUrl,
  putChain,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { describe, expect, it } from "vitest";

describe("prepared statements", () => {
  const parsesOfThreeReads = async (
    options: { prepare?: "auto" | boolean },
    inTransaction = false,
  ) => {
    const proxy = await CountingProxy.to(databaseUrl());
    const client = new pg.Client({ connectionString: proxy.url });
    await client.connect();
    const parses = await withSchema(async (schema) => {
      const saver = new PgSaver(client, { ...options, schema });
      await saver.setup();
      if (inTransaction) await client.query("BEGIN");
      const { parses } = await proxy.during(async () => {
        for (let i = 0; i < 3; i++) await saver.getTuple(thread("1"));
      });
      if (inTransaction) await client.query("ROLLBACK");
      return parses;
    });
    await client.end();
    await proxy.close();
    return parses;
  };

  it("are parsed once a connection by default, and every time with prepare: false", async () => {
    expect(await parsesOfThreeReads({})).toBe(1);
    expect(await parsesOfThreeReads({ prepare: false })).toBe(3);
  });

  it("are not risked in the caller's transaction unless asked for", async () => {
    expect(await parsesOfThreeReads({}, true)).toBe(3);
    expect(await parsesOfThreeReads({ prepare: true }, true)).toBe(1);
  });

  it.each([false, true])("give way for good where they are lost (pipeline: %s)", (pipeline) =>
    withSchema(async (schema) => {
      const client = new pg.Client({ connectionString: databaseUrl(), pipeline });
      await client.connect();
      const saver = new PgSaver(client, { schema });
      await saver.setup();
      await saver.getTuple(thread("1"));
      await client.query("DEALLOCATE ALL"); // what a pooler does by handing out another session
      const reads = await Promise.all([1, 2, 3].map(() => saver.getTuple(thread("1"))));
      expect(reads).toEqual([undefined, undefined, undefined]);
      await client.query("DEALLOCATE ALL");
      expect(await saver.getTuple(thread("1"))).toBeUndefined();
      const { rows } = await client.query(
        "SELECT count(*)::int AS named FROM pg_prepared_statements",
      );
      expect(rows).toEqual([{ named: 0 }]);
      await client.end();
    }),
  );

  it("that are lost are an error with prepare: true, which says what to do", () =>
    withSchema(async (schema) => {
      const client = new pg.Client({ connectionString: databaseUrl() });
      await client.connect();
      const saver = new PgSaver(client, { schema, prepare: true });
      await saver.setup();
      await saver.getTuple(thread("1"));
      await client.query("DEALLOCATE ALL");
      await expect(saver.getTuple(thread("1"))).rejects.toThrow(/prepare: false.*26000/);
      await client.end();
    }));

  it("are few on a connection, however wide the graph; those that are sent often are among them", () =>
    withSchema(async (schema) => {
      const client = new pg.Client({ connectionString: databaseUrl() });
      await client.connect();
      const savers = [new PgSaver(client, { schema }), new PgSaver(client, { schema })];
      await savers[0]?.setup();
      const names = async () =>
        (await client.query("SELECT name FROM pg_prepared_statements")).rows.length;
      for (const [n, saver] of savers.entries()) {
        for (let width = 1; width <= 40; width++) {
          const values = Object.fromEntries(
            Array.from({ length: width + 40 * n }, (_, i) => [`c${i}`, i]),
          );
          await putChain(saver, `${n} ${width}`, 1, () => values);
        }
      }
      const once = await names();
      expect(once).toBeLessThanOrEqual(16);
      for (let round = 0; round < 4; round++) {
        for (let width = 1; width <= 60; width++) {
          const values = Object.fromEntries(Array.from({ length: width }, (_, i) => [`d${i}`, i]));
          await putChain(savers[0] as PgSaver, `${round} ${width}`, 1, () => values);
        }
      }
      expect(await names()).toBe(32);
      await client.end();
    }));
});
