import {
  checkpoint,
  collect,
  everyOperation,
  grants,
  METADATA,
  policies,
  prepareThread,
  putChain,
  rowsLeft,
  thread,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { coordinatorUrl, withDistributed, withLog, workerUrl } from "./cluster.ts";

const LONG = "A long beginning, the same in all. ".repeat(100);

describe("on a Citus cluster", () => {
  it("every operation works over the coordinator", () =>
    withDistributed((saver) => everyOperation(saver, "")));

  it("every operation works over a worker, setup of tables that are there too", () =>
    withDistributed(async (_, schema) => {
      await using saver = PgSaver.fromConnString(await workerUrl(), { schema });
      await saver.setup({ distribute: "citus" });
      await everyOperation(saver, "");
    }));

  it("a worker does not make the tables", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(await workerUrl(), { schema });
      await expect(saver.setup({ distribute: "citus" })).rejects.toMatchObject({
        code: "WAYPOST_NO_CITUS",
        message: expect.stringMatching(/coordinator/),
      });
    }, coordinatorUrl()));

  it("with tombstones a deleted thread stays deleted, whoever asks", () =>
    withDistributed(async (_, schema) => {
      const options = { schema, tombstones: true };
      await using saver = PgSaver.fromConnString(coordinatorUrl(), options);
      await using other = PgSaver.fromConnString(await workerUrl(), options);
      const last = await prepareThread(saver, "thread");
      await other.deleteThread("thread");
      const next = checkpoint({ log: 1 });
      for (const one of [saver, other]) {
        await expect(one.put(last, next, METADATA, next.channel_versions)).rejects.toMatchObject({
          code: "WAYPOST_THREAD_DELETED",
        });
        await expect(one.putWrites(last, [["log", 1]], "task")).rejects.toMatchObject({
          code: "WAYPOST_THREAD_DELETED",
        });
      }
    }));

  it("lists all threads, and refuses a cursor over them in words", () =>
    withDistributed(async (saver) => {
      for (let id = 0; id < 12; id++)
        await putChain(saver, `${id}`, 3, (step) => ({ log: [LONG, step] }));
      const all = await collect(saver.list({ configurable: {} }));
      expect(all.length).toBe(36);
      for (const { config, checkpoint: listed } of all) {
        const tuple = await saver.getTuple(config);
        expect(listed.channel_values).toEqual(tuple?.checkpoint.channel_values);
      }
      const cursor = collect(saver.list({ configurable: {} }, { fetch: "cursor" }));
      await expect(cursor).rejects.toMatchObject({
        code: "WAYPOST_INVALID_INPUT",
        message: expect.stringMatching(/Citus/),
      });
    }));

  it("a sweep removes on all nodes what may go", () =>
    withDistributed(async (saver) => {
      for (let id = 0; id < 12; id++)
        await putChain(saver, `${id}`, 3, (step) => ({ log: [LONG, step] }));
      const dry = await saver.sweep({ keepLast: 1, dryRun: true });
      expect(dry).toMatchObject({ threads: 12, checkpoints: 24, blobs: 24 });
      expect(await saver.sweep({ keepLast: 1 })).toEqual(dry);
      expect(await collect(saver.verify())).toEqual([]);
    }));

  it("tables that are there are distributed, and nothing of them is left on the coordinator", () =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(coordinatorUrl(), { schema });
      await saver.setup();
      const last = await prepareThread(saver, "thread");
      const before = await saver.getTuple(last);
      await saver.setup({ distribute: "citus" });
      expect(await saver.getTuple(last)).toEqual(before);
      const { rows } = await withClient(
        (client) =>
          client.query(
            `SELECT relname FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'
              AND pg_relation_size(oid) > 0`,
          ),
        coordinatorUrl(),
      );
      expect(rows).toEqual([]);
      await saver.deleteThread("thread");
      expect(await rowsLeft(schema, "thread")).toBe(0);
    }, coordinatorUrl()));
});

describe("settings of the session on a Citus cluster", () => {
  it("reach the nodes, so that each tenant sees its own threads", () =>
    withRole((role) =>
      withDistributed(async (_, schema) => {
        const commands = [grants(schema, role.name), ...policies(schema)];
        await withClient(async (client) => {
          for (const command of commands) await client.query(command);
        }, coordinatorUrl());
        const of = (tenant: string) =>
          PgSaver.fromConnString(role.url, { schema, session: { "app.tenant": tenant } });
        await using a = of("a");
        await using b = of("it's b");
        await prepareThread(a, "a:thread");
        await prepareThread(b, "it's b:thread");
        expect(await a.getTuple(thread("a:thread"))).toBeDefined();
        expect(await a.getTuple(thread("it's b:thread"))).toBeUndefined();
        expect(await b.getTuple(thread("a:thread"))).toBeUndefined();
        const listed = await a.listThreads({ limit: 10 });
        expect(listed.map(({ threadId }) => threadId)).toEqual(["a:thread"]);
        await expect(prepareThread(a, "it's b:other")).rejects.toMatchObject({ code: "42501" });
        expect(await a.prune(["a:thread"], { keepLast: 1 })).toMatchObject({ checkpoints: 2 });
        await using _lock = await a.threadLock("a:thread");
      }),
    ));
});

describe("commands that a coordinator sends, all to the node that has the thread", () => {
  const long = (step: number) => [LONG, step];

  it("of puts, writes, reads and removals", () =>
    withDistributed((_, schema) =>
      withLog(schema, async (saver, sent) => {
        const put = async (
          config: Parameters<PgSaver["put"]>[0],
          values: Record<string, unknown>,
        ) => {
          const next = checkpoint(values);
          return saver.put(config, next, METADATA, next.channel_versions);
        };
        const counts: Record<string, number> = {};
        const count = (name: string) => {
          const { commands, nodes } = sent();
          expect({ name, nodes }).toEqual({ name, nodes: 1 });
          counts[name] = commands;
        };
        sent();
        const first = await put(thread("a"), { log: long(0) });
        count("put, first");
        const onParent = await put(first, { other: 1 });
        count("put on a parent");
        const none = checkpoint({});
        const empty = await saver.put(onParent, none, METADATA, {});
        count("put without values");
        const full = await put(empty, { log: long(1) });
        sent();
        const parts = await put(full, { log: long(2) });
        count("put, incremental, first parts");
        const last = await put(parts, { log: long(3) });
        count("put, incremental");
        await saver.putWrites(last, [["log", 1]], "task");
        count("putWrites");
        await saver.getTuple(thread("a"));
        count("getTuple");
        await collect(saver.list(thread("a")));
        count("list of a thread");
        await saver.getDeltaChannelHistory({ config: last, channels: ["log"] });
        count("getDeltaChannelHistory");
        await saver.prune(["a"], { keepLast: 2 });
        count("prune");
        await saver.deleteThread("a");
        count("deleteThread");
        expect(counts).toMatchInlineSnapshot(`
          {
            "deleteThread": 4,
            "getDeltaChannelHistory": 1,
            "getTuple": 1,
            "list of a thread": 1,
            "prune": 5,
            "put on a parent": 4,
            "put without values": 1,
            "put, first": 4,
            "put, incremental": 8,
            "put, incremental, first parts": 8,
            "putWrites": 1,
          }
        `);
      }),
    ));
});
