import { setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSchema } from "../database.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { storedBytes, text } from "./storage.ts";

const TABLES = ["checkpoints", "checkpoint_blobs", "checkpoint_writes", "waypost_parts"];

/** How many rows each partition of a table holds, by its name. */
async function rowsByPartition(schema: string, table: string): Promise<Map<string, number>> {
  return withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = $1::regclass ORDER BY inhrelid`,
      [`${schema}.${table}`],
    );
    const counted = new Map<string, number>();
    for (const { name } of rows) {
      const { rows: counts } = await client.query(`SELECT count(*)::int AS rows FROM ${name}`);
      counted.set(name, counts[0].rows);
    }
    return counted;
  });
}

const ids = Array.from({ length: 12 }, (_, n) => `thread ${n}`);
const log = Array.from({ length: 30 }, () => text(1000));

/** Threads whose values grow and share; and one of a graph. */
async function fill(saver: Saver): Promise<void> {
  for (const id of ids) {
    await putChain(saver, id, 10, (step) => ({ log: log.slice(0, 21 + step) }));
    await chainGraph(saver).invoke({ log: ["begin"] }, thread(`graph ${id}`));
  }
}

const logOf = async (saver: Saver, id: string) =>
  (await saver.getTuple(thread(id)))?.checkpoint.channel_values.log;

function withPartitions(
  mode: Mode,
  work: (saver: Saver, schema: string) => Promise<void>,
): Promise<void> {
  return withSchema(async (schema) => {
    const { saver, close } = await mode.open(databaseUrl(), { schema });
    try {
      await saver.setup({ partitions: 4 });
      await work(saver, schema);
    } finally {
      await close();
    }
  });
}

/** Tables that are split into partitions by thread. */
export function partitionCases(mode: Mode): void {
  if (mode.begin) return; // other connections look at the tables
  describe(`${mode.name}: partitions`, () => {
    it("rows spread over them, and all methods work", () =>
      withPartitions(mode, async (saver, schema) => {
        await fill(saver);
        for (const table of TABLES) {
          const rows = await rowsByPartition(schema, table);
          expect([...rows.keys()]).toEqual([0, 1, 2, 3].map((n) => `${schema}.${table}_${n}_of_4`));
          expect(Math.min(...rows.values())).toBeGreaterThan(0);
        }
        expect(await logOf(saver, "thread 0")).toEqual(log);
        expect(await storedBytes(saver, "thread 0")).toBeLessThan((21 + 30) * 1100 + 10 * 700);
        expect(
          await chainGraph(saver).invoke({ log: ["again"] }, thread("graph thread 0")),
        ).toEqual({ log: ["begin", "a", "b", "again", "a", "b"] });
        expect((await collect(saver.list({}))).length).toBe(12 * (10 + 4) + 4);
        expect(await saver.listThreads({ limit: 100 })).toHaveLength(24);

        expect(await saver.prune(["thread 1"], { keepLast: 2 })).toMatchObject({ checkpoints: 8 });
        await saver.copyThread("thread 1", "copy");
        expect(await logOf(saver, "copy")).toEqual(log);
        await saver.deleteThread("thread 1");
        expect(await saver.getTuple(thread("thread 1"))).toBeUndefined();
        expect(await saver.sweep({ keepLast: 1 })).toMatchObject({
          checkpoints: 11 * 9 + 1 + 11 * 3 + 7,
        });
        expect(await collect(saver.verify())).toEqual([]);
        for (const id of ids.slice(2)) expect(await logOf(saver, id)).toEqual(log);
      }));

    it("are made as the printed script makes them, and made once", () =>
      withPartitions(mode, async (saver, schema) => {
        await withSchema(async (scripted) => {
          const script = setupScript(scripted, { partitions: 4 });
          await withClient((client) => client.query(script));
          await withClient((client) => client.query(script));
          const names = async (of: string) =>
            [...(await rowsByPartition(of, "checkpoints")).keys()].map(
              (name) => name.split(".")[1],
            );
          expect(await names(scripted)).toEqual(await names(schema));
          const other = withClient((client) =>
            client.query(setupScript(scripted, { partitions: 2 })),
          );
          await expect(other).rejects.toThrow("overlap");
        });
        await Promise.all([saver.setup({ partitions: 4 }), saver.setup()]);
      }));

    it("can't be changed, nor be made of tables that are there", () =>
      withPartitions(mode, async (saver) => {
        await expect(saver.setup({ partitions: 8 })).rejects.toMatchObject({
          code: "WAYPOST_PARTITIONS",
          message: expect.stringMatching(/checkpoint_blobs is there already and of 4 partitions/),
        });
        await withSchema(async (schema) => {
          const plain = await mode.open(databaseUrl(), { schema });
          await plain.saver.setup();
          const late = plain.saver.setup({ partitions: 4 });
          await expect(late).rejects.toMatchObject({
            code: "WAYPOST_PARTITIONS",
            message: expect.stringMatching(/not partitioned; leave out "partitions"/),
          });
          await withClient((client) =>
            client.query(`DROP TABLE ${schema}.waypost_migrations, ${schema}.checkpoint_writes`),
          );
          await expect(plain.saver.setup({ partitions: 4 })).rejects.toThrow("not partitioned");
          await withClient(async (client) => {
            const { rows } = await client.query("SELECT to_regclass($1) AS made", [
              `${schema}.checkpoint_writes`,
            ]);
            expect(rows).toEqual([{ made: null }]);
          });
          await plain.close();
        });
      }));

    it("are 2 to 1024, and not with Citus", () =>
      withPartitions(mode, async (saver) => {
        for (const partitions of [0, 1, 1025, 2.5, "4", null]) {
          const setup = saver.setup({ partitions: partitions as number });
          await expect(setup).rejects.toMatchObject({ code: "WAYPOST_INVALID_INPUT" });
        }
        await expect(saver.setup({ distribute: "shards" as "citus" })).rejects.toThrow('"citus"');
        const both = saver.setup({ partitions: 4, distribute: "citus" });
        await expect(both).rejects.toThrow("not both");
      }));

    it("Citus is asked for where it is not installed, and nothing is created", () =>
      withSchema(async (schema) => {
        const { saver, close } = await mode.open(databaseUrl(), { schema });
        await expect(saver.setup({ distribute: "citus" })).rejects.toMatchObject({
          code: "WAYPOST_NO_CITUS",
          message: expect.stringContaining("CREATE EXTENSION citus"),
        });
        await close();
        await withClient(async (client) => {
          const found = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
          expect(found.rowCount).toBe(0);
        });
      }));
  });
}
