import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { untilBlocked } from "../server-locks.ts";
import { rowsOf } from "../threads.ts";

type Config = Awaited<ReturnType<typeof putChain>>[number];

const IN_AN_HOUR = new Date(Date.now() + 3_600_000);

/** A child of a checkpoint that can be read, which changes one channel and carries the others over. */
async function childOf(saver: Saver, parent: Config, name: string) {
  const before = (await saver.getTuple(parent))?.checkpoint;
  if (before === undefined) return undefined;
  const version = saver.getNextVersion(before.channel_versions.log as number);
  const next = checkpoint(
    { ...before.channel_values, log: name },
    { ...(before.channel_versions as Record<string, number>), log: version },
  );
  return {
    next,
    put: () => saver.put(parent, next, METADATA, { log: version }) as Promise<Config>,
  };
}

/** Every value that a thread's checkpoints refer to can be read. */
async function expectWhole(saver: Saver, id: string) {
  const tuples = await collect(saver.list(thread(id)));
  for (const { checkpoint } of tuples) {
    const missing = Object.keys(checkpoint.channel_versions).filter(
      (channel) => !Object.hasOwn(checkpoint.channel_values, channel),
    );
    expect(missing).toEqual([]);
  }
  return tuples;
}

export function pruneRaceCases(mode: Mode): void {
  if (mode.begin) return; // nobody else sees what it writes

  describe(`${mode.name}: pruning while others write`, () => {
    it("a put that continues from a checkpoint being removed waits, and stores all of its values", () =>
      withSaver(mode, async (saver, schema) => {
        const [first] = await putChain(saver, "1", 2, (step) => ({ log: `${step}`, other: step }));
        const child = await childOf(saver, first as Config, "child");
        await withClient(async (client) => {
          const id = first?.configurable.checkpoint_id;
          await client.query("BEGIN");
          await client.query(
            `DELETE FROM ${schema}.checkpoints WHERE thread_id = '1' AND checkpoint_id = $1`,
            [id],
          );
          await client.query(`DELETE FROM ${schema}.checkpoint_blobs b WHERE thread_id = '1' AND NOT EXISTS (
            SELECT true AS found FROM ${schema}.checkpoints c
            WHERE c.thread_id = '1' AND c.checkpoint -> 'channel_versions' ->> b.channel = b.version)`);
          const put = child?.put();
          await untilBlocked(mode, client);
          await client.query("COMMIT");
          await put;
        });
        expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(child?.next);
      }));

    it("passes over a checkpoint that a running put continues from", () =>
      withSaver(mode, async (saver, schema) => {
        const [first] = await putChain(saver, "1", 3, (step) => ({ log: `${step}`, other: step }));
        const child = await childOf(saver, first as Config, "child");
        await withClient(async (client) => {
          const id = first?.configurable.checkpoint_id;
          await client.query("BEGIN");
          const hold = `SELECT FROM ${schema}.checkpoints WHERE thread_id = '1' AND checkpoint_id = $1 FOR KEY SHARE`;
          await client.query(hold, [id]);
          expect(await saver.prune(["1"], { keepLast: 1 })).toMatchObject({ checkpoints: 1 });
          await client.query("COMMIT");
        });
        await child?.put();
        expect(await expectWhole(saver, "1")).toHaveLength(3);
        expect(await saver.prune(["1"], { keepLast: 1 })).toMatchObject({ checkpoints: 2 });
        expect((await expectWhole(saver, "1"))[0]?.checkpoint).toEqual(child?.next);
      }));

    it("loses no value while many puts continue from any checkpoint", () =>
      withSaver(mode, async (saver, schema) => {
        const other = await mode.open(databaseUrl(), { schema });
        const [root] = await putChain(saver, "1", 1, () => ({
          log: "root",
          kept: "from the root",
        }));
        const configs = [root as Config];
        let writing = 3;
        const write = async (writer: number) => {
          for (let i = 0; i < 60; i++) {
            const parent = configs[(i * 7 + writer * 3) % configs.length] as Config;
            const child = await childOf(saver, parent, `${writer} ${i}`);
            if (child !== undefined) configs.push(await child.put());
          }
          writing -= 1;
        };
        const prune = async () => {
          let removed = 0;
          while (writing > 0)
            removed += (await other.saver.prune(["1"], { keepLast: 2 })).checkpoints;
          return removed;
        };
        const [removed] = await Promise.all([prune(), write(0), write(1), write(2)]);
        await other.close();
        expect(removed).toBeGreaterThan(0);
        for (const { checkpoint } of await expectWhole(saver, "1")) {
          expect(checkpoint.channel_values.kept).toBe("from the root");
        }
        await saver.prune(["1"], { keepLast: 1 });
        expect(await expectWhole(saver, "1")).toHaveLength(1);
      }));

    it("sweeps of several processes share the work", () =>
      withSaver(mode, async (saver, schema) => {
        const other = await mode.open(databaseUrl(), { schema });
        const ids = Array.from({ length: 12 }, (_, i) => `thread ${i}`);
        for (const id of ids) await putChain(saver, id, 5, (step) => ({ log: step }));
        const sweeps = [saver, other.saver].map((s) => s.sweep({ keepLast: 2 }));
        const removed = (await Promise.all(sweeps)).map(({ checkpoints }) => checkpoints);
        const rest = await saver.sweep({ keepLast: 2 });
        await other.close();
        expect(removed.reduce((a, b) => a + b, rest.checkpoints)).toBe(12 * 3);
        for (const id of ids) expect(await expectWhole(saver, id)).toHaveLength(2);
      }));

    it.each([
      ["leaves an idle thread alone that goes on meanwhile", IN_AN_HOUR, 0, 4],
      ["deletes a thread with what is stored meanwhile", undefined, 4, 0],
    ])("%s", (_, olderThan, removed, left) =>
      withSaver(mode, async (saver, schema) => {
        await putChain(saver, "1", 3, (step) => ({ log: step }));
        const { checkpoint: tip } = (await saver.getTuple(thread("1"))) ?? {};
        const later = checkpoint({ log: 3 });
        const child = { ...later, ts: new Date(IN_AN_HOUR.getTime() + 1).toISOString() };
        await withClient(async (client) => {
          await client.query("BEGIN");
          const hold = `SELECT FROM ${schema}.checkpoints WHERE thread_id = '1' AND checkpoint_id = $1 FOR KEY SHARE`;
          await client.query(hold, [tip?.id]);
          const pruned = saver.prune(["1"], {
            strategy: "delete",
            ...(olderThan && { olderThan }),
          });
          await untilBlocked(mode, client);
          const put = `INSERT INTO ${schema}.checkpoints VALUES ('1', '', $1, $2, NULL, $3)`;
          await client.query(put, [child.id, tip?.id, JSON.stringify(child)]);
          await client.query("COMMIT");
          expect(await pruned).toMatchObject({ checkpoints: removed });
        });
        expect((await rowsOf(saver, "1")).checkpoints).toBe(left);
      }),
    );

    it("two prunes of one thread remove each checkpoint once", () =>
      withSaver(mode, async (saver, schema) => {
        const other = await mode.open(databaseUrl(), { schema });
        await putChain(saver, "1", 30, (step) => ({ log: step }));
        const results = await Promise.all(
          [saver, other.saver].map((s) => s.prune(["1"], { keepLast: 1 })),
        );
        await other.close();
        expect(results.reduce((sum, { checkpoints }) => sum + checkpoints, 0)).toBe(29);
        expect(results.reduce((sum, { blobs }) => sum + blobs, 0)).toBe(29);
      }));
  });
}
