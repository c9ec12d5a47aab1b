import type { Swept } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { approvalGraph, chainGraph, nestedGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { rowsOf } from "../threads.ts";

const idsOf = async (saver: Saver) =>
  (await saver.listThreads({ limit: 100 })).map(({ threadId }) => threadId).sort();

const dayOf = (day: number) => new Date(Date.UTC(2026, 0, day));

/** A thread whose newest checkpoint is of a day, in January. */
const putOn = (saver: Saver, id: string, day: number, checkpoint_ns = "") =>
  saver.put(
    { configurable: { thread_id: id, checkpoint_ns } },
    { ...checkpoint({}), ts: dayOf(day).toISOString() },
    METADATA,
    {},
  );

/** Threads of two users, with subgraphs and pending writes. */
async function putUsers(saver: Saver): Promise<void> {
  for (const user of ["ann", "bob"]) {
    const of = (id: string) => ({ ...thread(`${user}:${id}`), metadata: { user } });
    await nestedGraph(saver).invoke({ log: [user] }, of("nested"));
    await approvalGraph(saver).invoke({ log: [user] }, of("asks"));
    await chainGraph(saver).invoke({ log: [user] }, of("chain"));
  }
}

const NOTHING = { checkpoints: 0, blobs: 0, writes: 0 };

export function deleteThreadsCases(mode: Mode): void {
  describe(`${mode.name}: deleting threads`, () => {
    it("erases all threads of a user, and says how much", () =>
      withSaver(mode, async (saver) => {
        await putUsers(saver);
        const ofAnn = ["ann:asks", "ann:chain", "ann:nested"];
        const rows = await Promise.all(ofAnn.map((id) => rowsOf(saver, id)));
        const dry = await saver.deleteThreads({ filter: { user: "ann" }, dryRun: true });
        expect(await idsOf(saver)).toHaveLength(6);
        const told: Swept[] = [];
        const onProgress = (soFar: Swept) => told.push(soFar);
        const deleted = await saver.deleteThreads({ filter: { user: "ann" }, onProgress });
        expect(deleted).toEqual(dry);
        expect(deleted).toMatchObject({
          threads: 3,
          deleted: 3,
          checkpoints: rows.reduce((sum, { checkpoints }) => sum + checkpoints, 0),
          writes: rows.reduce((sum, { writes }) => sum + writes, 0),
        });
        expect(told.map(({ threads }) => threads)).toEqual([1, 2, 3]);
        expect(told.at(-1)).toEqual(deleted);
        for (const id of ofAnn) expect(await rowsOf(saver, id)).toEqual(NOTHING);
        expect(await idsOf(saver)).toEqual(["bob:asks", "bob:chain", "bob:nested"]);
        const again = await saver.deleteThreads({ filter: { user: "ann" } });
        expect(again).toMatchObject({ threads: 0, deleted: 0, bytes: 0 });
      }));

    it("deletes those that are named, or that all conditions select", () =>
      withSaver(mode, async (saver) => {
        await putUsers(saver);
        const ids = ["ann:chain", "none", "bob:chain", "ann:chain"];
        expect(await saver.deleteThreads({ threadIds: ids })).toMatchObject({
          ...{ threads: 3, deleted: 2 },
        });
        await saver.deleteThreads({ prefix: "bob:", status: "interrupted" });
        expect(await idsOf(saver)).toEqual(["ann:asks", "ann:nested", "bob:nested"]);
        await saver.deleteThreads({ prefix: "b", updatedAfter: dayOf(1) });
        expect(await idsOf(saver)).toEqual(["ann:asks", "ann:nested"]);
        expect(await saver.deleteThreads({ threadIds: [] })).toMatchObject({ threads: 0 });
      }));

    it("leaves a thread with a later checkpoint than updatedBefore, also one of a subgraph", () =>
      withSaver(mode, async (saver) => {
        for (const day of [1, 2, 3]) await putOn(saver, `${day}`, day);
        await putOn(saver, "1", 9, "sub");
        const deleted = await saver.deleteThreads({ updatedBefore: dayOf(3) });
        expect(deleted).toMatchObject({ threads: 2, deleted: 1 });
        expect(await idsOf(saver)).toEqual(["1", "3"]);
      }));

    it("stops between two threads where told, and goes on the next time", () =>
      withSaver(mode, async (saver) => {
        await putUsers(saver);
        const control = new AbortController();
        const deleting = saver.deleteThreads({
          ...{ prefix: "ann", signal: control.signal },
          onProgress: () => control.abort("enough"),
        });
        await expect(deleting).rejects.toBe("enough");
        expect(await idsOf(saver)).toHaveLength(5);
        expect(await saver.deleteThreads({ prefix: "ann" })).toMatchObject({ deleted: 2 });
      }));

    it("keeps them deleted with tombstones, and none that stays", () =>
      withSaver(
        mode,
        async (saver) => {
          for (const day of [1, 3]) await putOn(saver, `${day}`, day);
          await putOn(saver, "1", 9, "sub");
          await saver.deleteThreads({ updatedBefore: dayOf(3) });
          await putOn(saver, "1", 9);
          await saver.deleteThreads({ threadIds: ["3", "never seen"] });
          if (mode.begin) return; // What is refused may have to be rolled back.
          for (const id of ["3", "never seen"]) {
            const put = putOn(saver, id, 4);
            await expect(put).rejects.toMatchObject({ code: "WAYPOST_THREAD_DELETED" });
          }
        },
        { tombstones: true },
      ));

    it.each([
      ["nothing", undefined, "threadIds"],
      ["no condition", {}, "threadIds"],
      ["an empty filter", { filter: {} }, "threadIds"],
      ["an empty prefix", { prefix: "" }, "threadIds"],
      ["both ids and conditions", { threadIds: ["1"], prefix: "1" }, "threadIds"],
      ["an undefined condition", { prefix: undefined, status: "idle" }, "prefix"],
      ["an undefined value", { filter: { user: undefined } }, "filter.user"],
      ["a limit", { prefix: "1", limit: 1 }, "limit"],
      ["ids that are no array", { threadIds: "1" }, "threadIds"],
      ["a wrong flag", { prefix: "1", dryRun: 1 }, "dryRun"],
      ["a wrong callback", { prefix: "1", onProgress: 1 }, "onProgress"],
    ])("refuses %s, and deletes nothing", (_, options, name) =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 1, () => ({}));
        await expect(saver.deleteThreads(options as never)).rejects.toThrow(`"${name}"`);
        expect(await idsOf(saver)).toEqual(["1"]);
      }),
    );
  });

  describe(`${mode.name}: sweeping idle threads`, () => {
    it("deletes those without a later checkpoint, whether they wait for an answer or not", () =>
      withSaver(mode, async (saver) => {
        for (const day of [1, 2, 3]) await putOn(saver, `${day}`, day);
        await putOn(saver, "1", 9, "sub");
        const asked = await putOn(saver, "asks", 2);
        await saver.putWrites(asked, [["__interrupt__", [{ value: "?" }]]], "task");
        const sweep = { strategy: "delete", olderThan: dayOf(3) } as const;
        const dry = await saver.sweep({ ...sweep, dryRun: true });
        expect(dry).toMatchObject({ threads: 4, deleted: 2, checkpoints: 2, writes: 1 });
        expect(await idsOf(saver)).toHaveLength(4);
        expect(await saver.sweep(sweep)).toEqual(dry);
        expect(await idsOf(saver)).toEqual(["1", "3"]);
        expect(await saver.sweep(sweep)).toMatchObject({ threads: 2, deleted: 0, bytes: 0 });
      }));

    it("leaves no tombstones, and looks at more threads than a page has", () =>
      withSaver(
        mode,
        async (saver) => {
          for (let i = 0; i < 110; i++) await putOn(saver, `thread ${i}`, 1 + (i % 2));
          const sweep = { strategy: "delete", olderThan: dayOf(2) } as const;
          expect(await saver.sweep(sweep)).toMatchObject({ threads: 110, deleted: 55 });
          await putOn(saver, "thread 0", 5);
          expect(await idsOf(saver)).toHaveLength(56);
        },
        { tombstones: true },
      ));

    it.each([
      ["no time", { strategy: "delete" }, "olderThan"],
      ["keepLast beside it", { strategy: "delete", olderThan: dayOf(1), keepLast: 1 }, "keepLast"],
      ["another strategy", { strategy: "all", olderThan: dayOf(1) }, "strategy"],
    ])("refuses %s", (_, options, name) =>
      withSaver(mode, async (saver) => {
        await expect(saver.sweep(options as never)).rejects.toThrow(`"${name}"`);
      }),
    );
  });
}
