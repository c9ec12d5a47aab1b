import { uuid6 } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { approvalGraph, chainGraph, resumeWith, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";
import { rowsOf } from "../threads.ts";

const at = (id: string, checkpointId: string) => ({
  configurable: { thread_id: id, checkpoint_ns: "", checkpoint_id: checkpointId },
});

/** An id of a checkpoint from the year 2022. */
const LONG_AGO = "1ec9414c-232a-6b00-8000-000000000000";

export function sweepCases(mode: Mode): void {
  describe(`${mode.name}: sweeping`, () => {
    it("prunes every thread, and finds nothing to do the second time", () =>
      withSaver(mode, async (saver) => {
        for (const id of ["1", "2", "3"]) await chainGraph(saver).invoke({ log: [id] }, thread(id));
        await approvalGraph(saver).invoke({ log: [] }, thread("ask"));
        const dry = await saver.sweep({ keepLast: 1, dryRun: true });
        const swept = await saver.sweep({ keepLast: 1 });
        expect(swept).toEqual(dry);
        expect(swept).toMatchObject({ threads: 4, checkpoints: 3 * 3 + 2 });
        const again = await saver.sweep({ keepLast: 1 });
        expect(again).toMatchObject({ threads: 4, checkpoints: 0, blobs: 0, writes: 0, bytes: 0 });
        for (const id of ["1", "2", "3"]) {
          const { log } = await chainGraph(saver).invoke({ log: ["again"] }, thread(id));
          expect(log).toEqual([id, "a", "b", "again", "a", "b"]);
        }
        const done = await approvalGraph(saver).invoke(resumeWith("yes"), thread("ask"));
        expect(done.log).toContain("answer: yes");
      }));

    it("looks at more threads than a page has, and takes small batches where told", () =>
      withSaver(mode, async (saver) => {
        const ids = Array.from({ length: 120 }, (_, i) => `thread ${i}`);
        for (const id of ids) await saver.put(thread(id), checkpoint({}), METADATA, {});
        await putChain(saver, "long", 11, (step) => ({ step }));
        const swept = await saver.sweep({ keepLast: 1, batch: 3 });
        expect(swept).toMatchObject({ threads: 121, checkpoints: 10, blobs: 10 });
      }));

    it("leaves what is not old enough", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 4, (step) => ({ step }));
        const hourAgo = new Date(Date.now() - 3_600_000);
        expect(await saver.sweep({ olderThan: hourAgo })).toMatchObject({ checkpoints: 0 });
        const soon = new Date(Date.now() + 3_600_000);
        expect(await saver.sweep({ olderThan: soon, keepLast: 2 })).toMatchObject({
          checkpoints: 2,
        });
      }));

    it("removes values that nothing refers to, and writes whose checkpoint never came", () =>
      withSaver(mode, async (saver) => {
        const replaced = checkpoint({ a: 1 }, { a: 1 });
        await saver.put(thread("1"), replaced, METADATA, { a: 1 });
        await saver.put(thread("1"), { ...replaced, channel_versions: { a: 2 } }, METADATA, {
          a: 2,
        });
        await saver.putWrites(at("1", LONG_AGO), [["a", 1]], "task");
        await saver.putWrites(at("lost", LONG_AGO), [["a", 1]], "task");
        const early = uuid6(0);
        await saver.putWrites(at("1", early), [["a", "early"]], "task");
        const swept = await saver.sweep({ keepLast: 1 });
        expect(swept).toMatchObject({ threads: 2, checkpoints: 0, blobs: 1, writes: 2 });
        expect((await saver.getTuple(thread("1")))?.checkpoint.channel_values).toEqual({ a: 1 });
        await saver.put(thread("1"), { ...checkpoint({}), id: early }, METADATA, {});
        expect((await saver.getTuple(at("1", early)))?.pendingWrites).toEqual([
          ["task", "a", "early"],
        ]);
        expect(await rowsOf(saver, "lost")).toEqual({ checkpoints: 0, blobs: 0, writes: 0 });
      }));

    it("stops where it is told, and goes on when called again", () =>
      withSaver(mode, async (saver) => {
        for (const id of ["1", "2", "3"]) await putChain(saver, id, 3, (step) => ({ step }));
        const controller = new AbortController();
        const seen: number[] = [];
        const sweep = saver.sweep({
          keepLast: 1,
          signal: controller.signal,
          onProgress: ({ checkpoints }) => {
            seen.push(checkpoints);
            controller.abort(new Error("enough"));
          },
        });
        await expect(sweep).rejects.toThrow("enough");
        expect(seen).toEqual([2]);
        expect(await saver.sweep({ keepLast: 1 })).toMatchObject({ threads: 3, checkpoints: 4 });
      }));

    it.each([
      ["olderThan", {}],
      ["batch", { keepLast: 1, batch: 0 }],
      ["signal", { keepLast: 1, signal: {} }],
      ["onProgress", { keepLast: 1, onProgress: 1 }],
      ["keepLast", { keepLast: -1 }],
    ])("refuses a wrong %s", (name, options) =>
      withSaver(mode, async (saver) => {
        await expect(saver.sweep(options as never)).rejects.toThrow(`"${name}"`);
      }),
    );
  });
}
