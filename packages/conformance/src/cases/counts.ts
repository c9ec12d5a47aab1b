import { type SaverOptions, setupScript } from "@waypost/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver, withSchema } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";

const ONE = expect.objectContaining({ statements: 1, roundTrips: 1 });
const NONE = {
  ...{ statements: 0, roundTrips: 0, flushes: 0, exchanges: 0, parses: 0 },
  ...{ bytesSent: 0, bytesReceived: 0 },
};

const values = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`channel ${i}`, [`value ${i}`]]));

/** SQL that makes a thread of 10,000 checkpoints. */
const longThread = (schema: string) => `
  INSERT INTO ${schema}.checkpoints (thread_id, checkpoint_id, checkpoint, metadata)
  SELECT 'long', lpad(i::text, 6, '0'),
    jsonb_build_object('v', 4, 'id', lpad(i::text, 6, '0'), 'channel_versions', '{}'::jsonb),
    jsonb_build_object('step', i)
  FROM generate_series(0, 9999) i`;

/** Statements and round trips, counted on the wire. */
export function countCases(mode: Mode): void {
  describe(`${mode.name}: round trips`, () => {
    const { transactionOverhead: overhead = 2 } = mode;
    let proxy: CountingProxy;
    beforeAll(async () => {
      proxy = await CountingProxy.to(databaseUrl());
    });
    afterAll(() => proxy.close());

    const withCounted = (work: (saver: Saver) => Promise<void>, options: SaverOptions = {}) =>
      withSaver(
        mode,
        async (saver) => {
          await saver.getTuple(thread("connects")); // a connection is opened at the first use
          await work(saver);
        },
        options,
        proxy.url,
      );

    it.each([0, 1, 10, 40, 200])("put of %i channels is one statement in one round trip", (count) =>
      withCounted(async (saver) => {
        const stored = checkpoint(values(count));
        const put = () => saver.put(thread("1"), stored, METADATA, stored.channel_versions);
        expect(await proxy.during(put)).toEqual(ONE);
        expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(stored);
      }),
    );

    it.each([1, 10, 100])("putWrites of %i is one statement in one round trip", (count) =>
      withCounted(async (saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({}));
        const writes = Object.entries(values(count));
        expect(await proxy.during(() => saver.putWrites(config ?? {}, writes, "task"))).toEqual(
          ONE,
        );
        expect((await saver.getTuple(thread("1")))?.pendingWrites).toHaveLength(count);
      }),
    );

    it("putWrites of nothing sends nothing", () =>
      withCounted(async (saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({}));
        expect(await proxy.during(() => saver.putWrites(config ?? {}, [], "task"))).toEqual(NONE);
      }));

    it("getTuple is one statement in one round trip, also for a checkpoint of the first format", () =>
      withCounted(async (saver) => {
        const old = { ...checkpoint({}), v: 1 };
        const parent = await saver.put(thread("old"), old, METADATA, {});
        await saver.putWrites(parent, [["__pregel_tasks", "send"]], "task");
        const child = { ...checkpoint({}), v: 1 };
        await saver.put(parent, child, METADATA, {});
        await putChain(saver, "1", 3, () => values(10));
        for (const id of ["1", "old", "none"]) {
          expect(await proxy.during(() => saver.getTuple(thread(id)))).toEqual(ONE);
        }
        const read = await saver.getTuple(thread("old"));
        expect(read?.checkpoint.channel_values).toEqual({ __pregel_tasks: ["send"] });
      }));

    it("deleteThread is a transaction of two statements, also of a thread that is not there", () =>
      withCounted(async (saver) => {
        await putChain(saver, "1", 3, () => values(3));
        for (const id of ["1", "none"]) {
          const { statements } = await proxy.during(() => saver.deleteThread(id));
          expect(statements).toBe(2 + overhead);
        }
      }));

    it("getDeltaChannelHistory is one statement at any depth and for any target", () =>
      withCounted(async (saver) => {
        const configs = await putChain(saver, "1", 150, () => ({}));
        for (const config of configs) await saver.putWrites(config, [["log", [1]]], "task");
        for (const depth of [149, 75, 1]) {
          const options = { config: configs[depth] ?? {}, channels: ["log", "other"] };
          let history: Awaited<ReturnType<Saver["getDeltaChannelHistory"]>> = {};
          const traffic = await proxy.during(async () => {
            history = await saver.getDeltaChannelHistory(options);
          });
          expect(traffic).toEqual(ONE);
          expect(history.log?.writes).toHaveLength(depth);
        }
      }));

    it("bad input sends nothing", () =>
      withCounted(async (saver) => {
        const config = { configurable: { thread_id: "" } };
        const traffic = await proxy.during(async () => {
          await expect(saver.put(config, checkpoint({}), METADATA, {})).rejects.toThrow(
            "thread_id",
          );
          await expect(saver.getTuple(config)).rejects.toThrow("thread_id");
        });
        expect(traffic).toEqual(NONE);
      }));

    it("stopping a list of 10,000 checkpoints after one row reads one page", () =>
      withSchema(async (schema) => {
        await withClient((client) => client.query(setupScript(schema) + longThread(schema)));
        const { saver, close } = await mode.open(proxy.url, { schema });
        try {
          await saver.getTuple(thread("connects"));
          let step: number | undefined;
          const traffic = await proxy.during(async () => {
            for await (const { metadata } of saver.list(thread("long"))) {
              step = metadata?.step;
              break;
            }
          });
          expect(traffic).toEqual(ONE);
          expect(step).toBe(9_999);
        } finally {
          await close();
        }
      }));

    it("a list of large values reads small pages", () =>
      withCounted(async (saver) => {
        const megabyte = "x".repeat(1024 * 1024);
        await putChain(saver, "1", 24, () => ({ megabyte }));
        const traffic = await proxy.during(() => collect(saver.list(thread("1"))));
        // Ten at first, then as many as weigh 4 MB: one less than four, beside their checkpoints.
        expect(traffic.statements).toBe(1 + Math.floor(14 / 3) + 1);
      }));

    it("a list of one row reads one page", () =>
      withCounted(async (saver) => {
        await putChain(saver, "1", 3, () => ({}));
        expect(await proxy.during(() => collect(saver.list(thread("1"), { limit: 1 })))).toEqual(
          ONE,
        );
      }));

    it("put on a parent is one statement, and retention adds five to a hundred of them", () =>
      withCounted(
        async (saver) => {
          const hundred = () => putChain(saver, "1", 101, (step) => ({ step }));
          expect((await proxy.during(hundred)).statements).toBe(101 + 3 + overhead);
          expect(await saver.getTuple(thread("1"))).toBeDefined();
        },
        { retention: { keepLast: 10 } },
      ));

    it("tombstones add no statement to put on a parent, nor to putWrites on a checkpoint", () =>
      withCounted(
        async (saver) => {
          const [root] = await putChain(saver, "1", 1, () => ({}));
          const next = checkpoint({});
          const put = () => saver.put(root ?? {}, next, METADATA, {});
          expect(await proxy.during(put)).toEqual(ONE);
          const write = () => saver.putWrites(root ?? {}, [["log", 1]], "task");
          expect(await proxy.during(write)).toEqual(ONE);
          const deletion = await proxy.during(() => saver.deleteThread("1"));
          expect(deletion.statements).toBe(3 + overhead);
        },
        { tombstones: true },
      ));

    it("a session adds as few statements and waits as the driver can", () =>
      withCounted(
        async (saver) => {
          const next = checkpoint({ a: 1 });
          const work = [
            () => saver.put(thread("1"), next, METADATA, next.channel_versions),
            () => saver.getTuple(thread("1")),
            () =>
              saver.putWrites(
                { configurable: { thread_id: "1", checkpoint_id: next.id } },
                [["a", 1]],
                "task",
              ),
          ];
          for (const operation of work) await operation(); // some drivers ask more the first time
          await saver.deleteThread("1");
          for (const operation of work) {
            const { exchanges, statements } = await proxy.during(operation);
            const { session = { exchanges: 4, statements: 4 } } = mode;
            expect({ exchanges, statements }).toEqual(session);
          }
        },
        { session: { "app.tenant": "a", "app.user": "b" } },
      ));
  });
}
