import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, rowsLeft, withClient, withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { onNodeOf, untilBlocked } from "../server-locks.ts";
import { text } from "./storage.ts";

type Client = Parameters<Parameters<typeof withClient>[0]>[0];
const log = Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, content: text(300) }));
const grown = (step: number) => ({ log: log.slice(0, 20 + step), [`once ${step}`]: step });

/** Puts a checkpoint beside the saver, as another process would that is still at it. */
const insertChild = (client: Client, schema: string, id: string, parent: unknown, ts: string) =>
  client.query(`INSERT INTO ${schema}.checkpoints VALUES ('1', '', $1, $2, NULL, $3)`, [
    ...[id, parent],
    JSON.stringify({ ...checkpoint({}), id, ts }),
  ]);

const hold = (client: Client, schema: string, id: unknown) =>
  client.query(
    `SELECT FROM ${schema}.checkpoints WHERE thread_id = '1' AND checkpoint_id = $1 FOR KEY SHARE`,
    [id],
  );

/** Takes the lock under which rows of a thread are removed. */
const lockThread = (client: Client, schema: string, id: string) =>
  client.query(onNodeOf(schema, "pg_advisory_xact_lock(hashtextextended($1, 0))", "$2::text"), [
    `waypost thread ${schema} ${id}`,
    id,
  ]);

const idOf = (config: object | undefined): string =>
  (config as { configurable: { checkpoint_id: string } }).configurable.checkpoint_id;

const latestLog = async (saver: Saver, id: string) =>
  (await saver.getTuple(thread(id)))?.checkpoint.channel_values.log;

/** Removals beside each other and beside those who write. */
export function removalRaceCases(mode: Mode): void {
  if (mode.begin) return; // nobody else sees what it writes

  /** With a second saver, which remembers nothing, and a client in a transaction. */
  const withOthers = (
    work: (saver: Saver, other: Saver, client: Client, schema: string) => Promise<void>,
  ) =>
    withSaver(mode, async (saver, schema) => {
      const other = await mode.open(databaseUrl(), { schema, cacheBytes: 0 });
      try {
        await withClient(async (client) => {
          await client.query("BEGIN");
          await work(saver, other.saver, client, schema);
        });
        expect(await collect(other.saver.verify())).toEqual([]);
      } finally {
        await other.close();
      }
    });

  describe(`${mode.name}: removals beside each other and beside puts`, () => {
    it.each([
      ["deleteThread", (saver: Saver) => saver.deleteThread("1"), 0],
      ["copyThread", (saver: Saver) => saver.copyThread("2", "1", { overwrite: true }), 3],
    ] as const)("%s waits for a put, and removes what it stored", (_, remove, left) =>
      withOthers(async (saver, other, client, schema) => {
        const configs = await putChain(saver, "1", 3, grown);
        await putChain(saver, "2", 1, () => ({ a: 1 }));
        const tip = idOf(configs.at(-1));
        await hold(client, schema, tip);
        const removed = remove(other);
        await untilBlocked(mode, client);
        await insertChild(client, schema, `${tip} child`, tip, new Date().toISOString());
        await client.query("COMMIT");
        await removed;
        expect(await collect(other.list(thread("1")))).toHaveLength(left === 0 ? 0 : 1);
        expect(await rowsLeft(schema, "1")).toBe(left === 0 ? 0 : await rowsLeft(schema, "2"));
      }),
    );

    it("a thread that goes on while it is about to be deleted as idle stays whole", () =>
      withOthers(async (saver, other, client, schema) => {
        const configs = await putChain(saver, "1", 3, grown);
        const nested = { configurable: { thread_id: "1", checkpoint_ns: "nested" } };
        const inner = await saver.put(nested, checkpoint({}), METADATA, {});
        const tip = idOf(configs.at(-1));
        const olderThan = new Date(Date.now() + 3_600_000);
        await hold(client, schema, idOf(configs[0]));
        await withClient(async (second) => {
          await second.query("BEGIN");
          await hold(second, schema, idOf(inner));
          const pruned = other.prune(["1"], { strategy: "delete", olderThan });
          await untilBlocked(mode, client);
          await insertChild(client, schema, `${tip} old`, tip, new Date().toISOString());
          await client.query("COMMIT");
          await untilBlocked(mode, second);
          // What came first is seen, but not locked yet, and somebody else continues from it.
          await client.query("BEGIN");
          await hold(client, schema, `${tip} old`);
          await second.query("COMMIT");
          await untilBlocked(mode, client);
          const later = new Date(olderThan.getTime() + 1).toISOString();
          await insertChild(client, schema, `${tip} recent`, `${tip} old`, later);
          await client.query("COMMIT");
          expect(await pruned).toMatchObject({ checkpoints: 0, blobs: 0 });
        });
        const latest = await other.getTuple(configs.at(-1) ?? {});
        expect(latest?.checkpoint.channel_values.log).toEqual(log.slice(0, 22));
      }));

    it("a prune keeps the newest that are there once it has the lock", () =>
      withOthers(async (saver, other, client, schema) => {
        const configs = await putChain(saver, "1", 3, (step) => ({ step }));
        await lockThread(client, schema, "1");
        const pruned = other.prune(["1"], { keepLast: 1 });
        await untilBlocked(mode, client);
        await client.query(
          `DELETE FROM ${schema}.checkpoints WHERE thread_id = '1' AND checkpoint_id = $1`,
          [idOf(configs.at(-1))],
        );
        await client.query(`DELETE FROM ${schema}.checkpoint_blobs b WHERE thread_id = '1' AND NOT EXISTS (
          SELECT true AS found FROM ${schema}.checkpoints c
          WHERE c.thread_id = '1' AND c.checkpoint -> 'channel_versions' ->> b.channel = b.version)`);
        await client.query("COMMIT");
        expect(await pruned).toMatchObject({ checkpoints: 1 });
        expect((await other.getTuple(thread("1")))?.checkpoint.channel_values).toEqual({ step: 1 });
      }));

    it("of two copies to one new thread the second is refused, and of two that replace one both are made", () =>
      withOthers(async (saver, other, client, schema) => {
        for (const id of ["2", "3"]) await putChain(saver, id, 3, grown);
        for (const overwrite of [false, true]) {
          await lockThread(client, schema, "1");
          const copies = [
            saver.copyThread("2", "1", { overwrite }),
            other.copyThread("3", "1", { overwrite }),
          ];
          await untilBlocked(mode, client, 2);
          await client.query("COMMIT");
          const results = (await Promise.allSettled(copies)).map(({ status }) => status).sort();
          expect(results).toEqual(["fulfilled", overwrite ? "fulfilled" : "rejected"]);
          expect(await collect(other.list(thread("1")))).toHaveLength(3);
          expect(await rowsLeft(schema, "1")).toBe(await rowsLeft(schema, "2"));
          await client.query("BEGIN");
        }
      }));

    it("a copy whose source is deleted meanwhile is refused, and replaces nothing", () =>
      withOthers(async (saver, other, client, schema) => {
        await putChain(saver, "source", 2, grown);
        await putChain(saver, "target", 3, grown);
        await lockThread(client, schema, "source");
        const copied = other.copyThread("source", "target", { overwrite: true });
        await untilBlocked(mode, client);
        for (const table of ["checkpoints", "checkpoint_blobs", "waypost_parts"]) {
          await client.query(`DELETE FROM ${schema}.${table} WHERE thread_id = 'source'`);
        }
        await client.query("COMMIT");
        await expect(copied).rejects.toMatchObject({ code: "WAYPOST_NO_THREAD" });
        expect(await latestLog(other, "target")).toEqual(log.slice(0, 22));
      }));

    it("a copy replaces what a run of the thread stores under the same key meanwhile", () =>
      withOthers(async (saver, other, client, schema) => {
        const [root = {}] = await putChain(saver, "2", 1, grown);
        await saver.putWrites(root, [["log", "of the source"]], "task");
        await client.query(
          `INSERT INTO ${schema}.checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, type, blob)
           SELECT '1', checkpoint_id, task_id, idx, channel, type, '"late"' FROM ${schema}.checkpoint_writes`,
        );
        const copied = other.copyThread("2", "1");
        await untilBlocked(mode, client);
        await client.query("COMMIT");
        await copied;
        const writes = (await other.getTuple(thread("1")))?.pendingWrites;
        expect(writes).toEqual([["task", "log", "of the source"]]);
      }));

    it.each([
      ["prune", (saver: Saver) => saver.prune(["1"], { keepLast: 1 }), 1],
      ["deleteThread", (saver: Saver) => saver.deleteThread("1"), 0],
    ] as const)(
      "%s between two batches of a rewrite loses nothing and leaves nothing",
      (_, remove, left) =>
        withOthers(async (saver, other, client, schema) => {
          await saver.setup({ storage: "full" });
          const fewer = log.slice(15, 40);
          await putChain(saver, "1", 23, (step) =>
            step < 20 ? grown(step) : step === 20 ? { log: fewer } : {},
          );
          // In the middle of the first batch.
          await client.query(
            `SELECT FROM ${schema}.checkpoint_blobs WHERE thread_id = '1' AND channel = 'log' AND version LIKE '%.%'
           ORDER BY split_part(version, '.', 1)::int LIMIT 1 FOR UPDATE`,
          );
          const rewritten = saver.rewriteStorage("incremental");
          await untilBlocked(mode, client);
          const removed = remove(other); // comes next
          await untilBlocked(mode, client, 2);
          await client.query("COMMIT");
          await Promise.all([rewritten, removed]);
          expect(await collect(other.list(thread("1")))).toHaveLength(left);
          if (left === 0) expect(await rowsLeft(schema, "1")).toBe(0);
          else expect(await latestLog(other, "1")).toEqual(fewer);
        }),
    );

    it("a put that is sent again stores a value that was about to be removed", () =>
      withOthers(async (saver, other, client, schema) => {
        const root = checkpoint({ a: 1, b: 2 });
        const put = () => saver.put(thread("1"), root, METADATA, root.channel_versions);
        const child = checkpoint(root.channel_values, root.channel_versions as never);
        await saver.put(await put(), child, METADATA, {});
        const remove = (table: string, where: string) =>
          client.query(`DELETE FROM ${schema}.${table} WHERE thread_id = '1' AND ${where}`);
        await remove("checkpoints", `checkpoint_id = '${root.id}'`);
        await client.query("COMMIT");
        await client.query("BEGIN");
        await remove("checkpoint_blobs", "channel = 'b'");
        const again = put();
        await untilBlocked(mode, client);
        await remove("checkpoint_blobs", "channel = 'a'"); // the put has seen it
        await client.query("COMMIT");
        const read = await other.getTuple(await again);
        expect(read?.checkpoint.channel_values).toEqual({ a: 1, b: 2 });
      }));
  });
}
