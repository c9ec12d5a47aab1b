import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { setupScript } from "@waypost/core";
import { expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSchema } from "../database.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import { describeUnless } from "../left-out.ts";
import type { Mode, Saver } from "../mode.ts";
import { everyOperation } from "../operations.ts";
import { storedBytes, text } from "./storage.ts";

/** Rows of each partition of a table. */
const rowsByPartition = (schema: string, table: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT tableoid::regclass::text AS partition, count(*)::int AS rows FROM ${schema}.${table} GROUP BY 1`,
    );
    return new Map<string, number>(rows.map(({ partition, rows: count }) => [partition, count]));
  });

/** Tables in partitions, and what a cluster needs. */
export function partitionCases(mode: Mode): void {
  if (mode.begin) return; // what it sets up nobody else can look at
  const reason = "tables are distributed, or have partitions";
  describeUnless(mode.distributed, reason, `${mode.name}: partitions`, () => {
    const withSetup = (work: (saver: Saver, schema: string) => Promise<void>) =>
      withSchema(async (schema) => {
        const { saver, close } = await mode.open(databaseUrl(), { schema });
        await work(saver, schema).finally(close);
      });

    it("hold threads by the hash of their ids, and every operation works on them", () =>
      withSetup(async (saver, schema) => {
        await saver.setup({ partitions: 4 });
        await everyOperation(saver, "", mode.cursor);
        for (let id = 0; id < 20; id++) {
          await chainGraph(saver).invoke({ log: [`${id}`] }, thread(`thread ${id}`));
        }
        for (const table of ["checkpoints", "checkpoint_blobs", "checkpoint_writes"]) {
          expect((await rowsByPartition(schema, table)).size).toBe(4);
        }
        const growing = Array.from({ length: 30 }, () => text(1000));
        for (let id = 0; id < 20; id++) {
          await putChain(saver, `long ${id}`, 5, (step) => ({ log: growing.slice(0, 26 + step) }));
        }
        expect((await rowsByPartition(schema, "waypost_parts")).size).toBe(4);
        // The first is stored whole, the second as parts, the others share them.
        expect(await storedBytes(saver, "long 0")).toBeLessThan((26 + 30) * 1100 + 5 * 700);
        expect(await saver.prune(["long 1"], { keepLast: 2 })).toMatchObject({ checkpoints: 3 });
        const kept = await saver.getTuple(thread("long 1"));
        expect(kept?.checkpoint.channel_values.log).toEqual(growing);
        expect(await collect(saver.verify())).toEqual([]);
        const { log } = (await chainGraph(saver).getState(thread("thread 7"))).values;
        expect(log).toEqual(["7", "a", "b"]);
      }));

    it("are made with the tables: as many again are fine, others are refused", () =>
      withSetup(async (saver) => {
        await saver.setup({ partitions: 3 });
        await saver.setup({ partitions: 3 });
        await saver.setup();
        await expect(saver.setup({ partitions: 4 })).rejects.toMatchObject({
          code: "WAYPOST_PARTITIONS",
          message: expect.stringMatching(/in 3 partitions.*export/),
        });
      }));

    it("are not added to tables that have none", () =>
      withSetup(async (saver) => {
        await saver.setup();
        await expect(saver.setup({ partitions: 2 })).rejects.toThrow(/without partitions/);
      }));

    it("are not made where only some of the tables are there, or are in others", () =>
      withSetup(async (saver, schema) => {
        const create = (rest: string) =>
          withClient((client) =>
            client.query(`CREATE TABLE ${schema}.checkpoint_writes (thread_id text) ${rest}`),
          );
        await withClient((client) => client.query(`CREATE SCHEMA ${schema}`));
        await create("");
        await expect(saver.setup({ partitions: 2 })).rejects.toThrow(/without partitions/);
        await withClient((client) => client.query(`DROP TABLE ${schema}.checkpoint_writes`));
        await create("PARTITION BY RANGE (thread_id)");
        await expect(saver.setup({ partitions: 2 })).rejects.toThrow(/by RANGE/);
        await withClient((client) => client.query(`DROP TABLE ${schema}.checkpoint_writes`));
        await saver.setup({ partitions: 2 });
      }));

    it("are those of the printed script, which refuses others", () =>
      withSetup(async (saver, schema) => {
        const run = (partitions: number) =>
          withClient((client) => client.query(setupScript(schema, { partitions })));
        await run(4);
        await run(4);
        await expect(run(2)).rejects.toThrow(/overlap/);
        await saver.setup({ partitions: 4 });
        await everyOperation(saver, "");
      }));

    it("are read by the official saver, once the values are whole", () =>
      withSetup(async (saver, schema) => {
        await saver.setup({ partitions: 2, storage: "full" });
        await chainGraph(saver).invoke({ log: ["one"] }, thread("1"));
        const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
        try {
          await official.setup();
          await chainGraph(official).invoke({ log: ["two"] }, thread("1"));
        } finally {
          await official.end();
        }
        const { log } = (await chainGraph(saver).getState(thread("1"))).values;
        expect(log).toEqual(["one", "a", "b", "two", "a", "b"]);
      }));

    it("over a cluster need its extension: without, nothing is created", () =>
      withSetup(async (saver, schema) => {
        await expect(saver.setup({ distribute: "citus" })).rejects.toMatchObject({
          code: "WAYPOST_NO_CITUS",
        });
        const found = await withClient((client) =>
          client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]),
        );
        expect(found.rowCount).toBe(0);
      }));

    it.each([
      [{ partitions: 1 }, /2 to 1024/],
      [{ partitions: 2.5 }, /2 to 1024/],
      [{ partitions: "4" }, /2 to 1024/],
      [{ distribute: "mars" }, /"citus"/],
      [{ partitions: 2, distribute: "citus" }, /not both/],
    ])("refuses %j", (options, message) =>
      withSetup(async (saver) => {
        await expect(saver.setup(options as never)).rejects.toThrow(message);
      }),
    );
  });
}
