import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putChain } from "../checkpoints.ts";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { sendGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";

const TASKS = Array.from({ length: 100 }, (_, i) => `task ${i}`);
const PARALLEL = 100;
/** Longer than what an index of Postgres takes. */
const tooLong = () => randomBytes(2000).toString("hex");

const writeAll = (saver: Saver, config: object, tasks: readonly string[]) =>
  tasks.map((task) =>
    saver.putWrites(
      config,
      [
        ["a", task],
        ["b", [task]],
      ],
      task,
    ),
  );

const pendingOf = async (saver: Saver, config: object) =>
  (await saver.getTuple(config))?.pendingWrites ?? [];

/** What tasks of one superstep write, each by a call of its own. */
export function parallelWriteCases(mode: Mode): void {
  describe(`${mode.name}: writes of parallel tasks`, () => {
    it.each([
      ["", {}],
      [", with tombstones", { tombstones: true }],
      [", in time", { timeout: 60_000 }],
    ])("are each stored%s", (_, options) =>
      withSaver(
        mode,
        async (saver) => {
          const [config = {}] = await putChain(saver, "1", 1, () => ({}));
          await Promise.all(writeAll(saver, config, TASKS));
          const found = await pendingOf(saver, config);
          const expected = TASKS.flatMap((task) => [
            [task, "a", task],
            [task, "b", [task]],
          ]);
          expect(found.toSorted()).toEqual(expected.toSorted());
        },
        options,
      ),
    );

    it("of one task keep their order", () =>
      withSaver(mode, async (saver) => {
        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const answers = Array.from({ length: 30 }, (_, i) =>
          saver.putWrites(config, [["__resume__", i]], "task"),
        );
        await Promise.all(answers);
        expect(await pendingOf(saver, config)).toEqual([["task", "__resume__", 29]]);
      }));

    it("of several checkpoints stay apart", () =>
      withSaver(mode, async (saver) => {
        const configs = await putChain(saver, "1", 3, () => ({}));
        await Promise.all(configs.flatMap((config, i) => writeAll(saver, config, [`${i}`])));
        for (const [i, config] of configs.entries()) {
          const found = await pendingOf(saver, config);
          expect(found.map(([task]) => task)).toEqual([`${i}`, `${i}`]);
        }
      }));

    it("are refused one by one", () =>
      withSaver(mode, async (saver) => {
        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const tasks = ["a", tooLong(), "b"];
        const answers = await Promise.allSettled(writeAll(saver, config, tasks));
        const refused = expect.objectContaining({
          reason: expect.objectContaining({ code: "54000" }),
        });
        // An error ends a transaction of the caller's.
        const other = mode.begin ? refused : expect.objectContaining({ status: "fulfilled" });
        expect(answers).toEqual([other, refused, other]);
        if (mode.begin) return;
        expect((await pendingOf(saver, config)).map(([task]) => task)).toEqual([
          "a",
          "a",
          "b",
          "b",
        ]);
      }));
  });
}

/** How many statements they take, counted on the wire; and what somebody else's lock holds up. */
export function parallelWriteCountCases(mode: Mode): void {
  describe(`${mode.name}: writes of parallel tasks`, () => {
    let proxy: CountingProxy;
    beforeAll(async () => {
      proxy = await CountingProxy.to(databaseUrl());
    });
    afterAll(() => proxy.close());

    const withCounted = (work: (saver: Saver, schema: string) => Promise<void>) =>
      withSaver(
        mode,
        async (saver, schema) => {
          // Connections are opened at their first use, some with queries of the driver's own.
          await Promise.all(TASKS.map(() => saver.getTuple(thread("connects"))));
          await work(saver, schema);
        },
        {},
        proxy.url,
      );

    it("that come in one moment are one statement in one round trip", () =>
      withCounted(async (saver) => {
        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const traffic = await proxy.during(() => Promise.all(writeAll(saver, config, TASKS)));
        expect(traffic).toMatchObject({ statements: 1, roundTrips: 1 });
      }));

    it("of more than a megabyte are several statements", () =>
      withCounted(async (saver) => {
        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const large = "x".repeat(700_000);
        const { statements } = await proxy.during(() =>
          Promise.all(["a", "b", "c"].map((task) => saver.putWrites(config, [["a", large]], task))),
        );
        expect(statements).toBe(3);
      }));

    it(`of ${PARALLEL} tasks of a graph leave a run at 15 statements or fewer`, () =>
      withCounted(async (saver) => {
        const graph = sendGraph(saver, "plain", PARALLEL);
        let log: string[] = [];
        const { statements } = await proxy.during(async () => {
          ({ log } = await graph.invoke({ log: [] }, thread("1")));
        });
        expect(log).toHaveLength(PARALLEL + 1);
        expect(statements).toBeLessThanOrEqual(15);
      }));

    if (mode.begin) return; // one transaction, which nobody else can hold up
    it("that come while others wait for the server go together", () =>
      withCounted(async (saver, schema) => {
        const [config = {}] = await putChain(saver, "1", 1, () => ({}));
        const early = ["0", "1", "2", "3"];
        await Promise.all(early.map((task) => saver.putWrites(config, [["__resume__", 0]], task)));
        const { statements } = await proxy.during(() =>
          withClient(async (client) => {
            await client.query("BEGIN");
            await client.query(
              `SELECT FROM ${schema}.checkpoint_writes WHERE thread_id = '1' FOR UPDATE`,
            );
            const answers = [];
            for (const task of [...early, ...TASKS]) {
              answers.push(saver.putWrites(config, [["__resume__", 1]], task));
              await setImmediate();
            }
            await client.query("ROLLBACK");
            await Promise.all(answers);
          }),
        );
        expect(statements).toBeLessThanOrEqual(5);
        expect(await pendingOf(saver, config)).toHaveLength(early.length + TASKS.length);
      }));
  });
}
