import { type OperationEvent, setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver, withSchema } from "../database.ts";
import { eventsOf } from "../events.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { readAll, rowsOf } from "../threads.ts";

const DAY = 24 * 60 * 60 * 1000;
/** After each hundred steps. */
const STEPS = 101;

async function threadOf(saver: Saver, length: number): Promise<void> {
  await putChain(saver, "1", length, (step) => (step === 0 ? { first: step } : { step }));
}

export function retentionCases(mode: Mode): void {
  describe(`${mode.name}: retention`, () => {
    it("removes what is not among the newest, a hundred steps apart", () =>
      withSaver(
        mode,
        async (saver) => {
          await threadOf(saver, STEPS - 1);
          expect((await rowsOf(saver, "1")).checkpoints).toBe(100);
          const latest = await saver.getTuple(thread("1"));
          await saver.deleteThread("1");
          await threadOf(saver, STEPS);
          expect(await rowsOf(saver, "1")).toEqual({ checkpoints: 3, blobs: 4, writes: 0 });
          const channels = Object.keys(latest?.checkpoint.channel_versions ?? {});
          for (const { tuple } of (await readAll(saver, "1")).values()) {
            expect(Object.keys(tuple.checkpoint.channel_versions)).toEqual(channels);
          }
        },
        { retention: { keepLast: 3 } },
      ));

    it("keeps a running graph's state, however long its thread becomes", () =>
      withSaver(
        mode,
        async (saver) => {
          const graph = chainGraph(saver);
          for (let call = 0; call < 60; call++) await graph.invoke({ log: ["in"] }, thread("1"));
          const { log } = (await graph.getState(thread("1"))).values;
          expect(log).toHaveLength(180);
          expect((await rowsOf(saver, "1")).checkpoints).toBeLessThan(110);
          expect((await collect(graph.getStateHistory(thread("1")))).at(0)?.values.log).toEqual(
            log,
          );
        },
        { retention: { keepLast: 2 } },
      ));

    it("removes what is too old, and keeps it where it is among the newest", () => {
      const from = async (saver: Saver, days: number) => {
        for (const step of [98, 99, 100]) {
          const ts = new Date(Date.now() - (100 - step + days) * DAY).toISOString();
          const stored = { ...checkpoint({ step }), ts };
          const metadata = { ...METADATA, step };
          await saver.put(thread("1"), stored, metadata, stored.channel_versions);
        }
        const { checkpoints } = await rowsOf(saver, "1");
        await saver.deleteThread("1");
        return checkpoints;
      };
      const maxAge = 1.5 * DAY;
      return withSaver(mode, async (saver) => expect(await from(saver, 0)).toBe(2), {
        retention: { maxAge },
      }).then(() =>
        withSaver(mode, async (saver) => expect(await from(saver, 9)).toBe(2), {
          retention: { maxAge, keepLast: 2 },
        }),
      );
    });

    it("deletes idle threads, once a minute, but not in a transaction of the caller", () =>
      withSaver(
        mode,
        async (saver) => {
          const putAt = (id: string, ageMs: number) => {
            const ts = new Date(Date.now() - ageMs).toISOString();
            const stored = { ...checkpoint({ a: id }), ts };
            return saver.put(thread(id), stored, METADATA, stored.channel_versions);
          };
          await putAt("idle", 2 * DAY);
          await putAt("young", DAY / 2);
          await putAt("within a minute", 2 * DAY);
          const left = (await saver.listThreads()).map(({ threadId }) => threadId).toSorted();
          const all = ["idle", "within a minute", "young"];
          if (mode.reconnects) expect(left).toEqual(all.slice(1));
          if (mode.begin) expect(left).toEqual(all);
          expect(left).toContain("young");
        },
        { retention: { idle: DAY } },
      ));

    if (!mode.begin && !mode.embedded) failureCase(mode);
    if (mode.begin) joinedFailureCase(mode.begin);

    it.each([
      ["keepLast", {}],
      ["retention.keepLast", { keepLast: 0 }],
      ["retention.maxAge", { maxAge: 0 }],
      ["retention.maxAge", { maxAge: "1 day" }],
      ["retention.idle", { idle: -1 }],
    ])("refuses a wrong %s: %o", (name, retention) =>
      expect(withSaver(mode, async () => {}, { retention: retention as never })).rejects.toThrow(
        `"${name}"`,
      ),
    );
  });
}

/** Makes every removal of checkpoints fail, which removes their writes; a put has no part in it. */
const FAIL = (schema: string) => `ALTER TABLE ${schema}.checkpoint_writes RENAME TO lost`;

function failureCase(mode: Mode): void {
  it("that fails is told to listeners and tried again a hundred steps later; what was put is stored", () =>
    withSaver(
      mode,
      async (saver, schema) => {
        await withClient((client) => client.query(FAIL(schema)));
        const events = await eventsOf<OperationEvent>("waypost.operation", () =>
          threadOf(saver, STEPS),
        );
        const own = events.filter(({ operation }) => operation === "retention");
        expect(own).toMatchObject([{ threadId: "1", errorCode: "42P01" }]);
        await withClient((client) =>
          client.query(`ALTER TABLE ${schema}.lost RENAME TO checkpoint_writes`),
        );
        expect((await rowsOf(saver, "1")).checkpoints).toBe(STEPS);
        const step = { ...METADATA, step: 200 };
        await saver.put(thread("1"), checkpoint({}), step, {});
        expect((await rowsOf(saver, "1")).checkpoints).toBe(3);
      },
      { retention: { keepLast: 3 } },
    ));
}

function joinedFailureCase(begin: NonNullable<Mode["begin"]>): void {
  it("that makes the caller's transaction fail is an error of the put, which is lost with it", () =>
    withSchema(async (schema) => {
      await withClient((client) => client.query(setupScript(schema) + FAIL(schema)));
      const options = { schema, retention: { keepLast: 3 } };
      const { saver, end } = await begin(databaseUrl(), options);
      await expect(threadOf(saver, STEPS)).rejects.toMatchObject({ code: "42P01" });
      await end("rollback");
    }));
}
