import { randomBytes } from "node:crypto";
import { encrypt, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { chainGraph, collect, deltaGraph, nestedGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { readAll, rowsOf } from "../threads.ts";

/** What is read of a thread, but for the thread's own name. */
const contentOf = async (saver: Saver, id: string) =>
  JSON.stringify([...(await readAll(saver, id))]).replaceAll(`"thread_id":"${id}"`, "");

export function threadCases(mode: Mode): void {
  describe(`${mode.name}: copying a thread`, () => {
    it("copies namespaces, branches, pending writes and delta channels, and leaves the source", () =>
      withSaver(mode, async (saver) => {
        const chain = chainGraph(saver);
        await nestedGraph(saver).invoke({ log: ["in"] }, thread("source"));
        const [, middle] = await collect(chain.getStateHistory(thread("source")));
        const fork = await chain.updateState(middle?.config ?? {}, { log: ["FORK"] }, "a");
        await saver.putWrites(fork, [["log", ["pending"]]], "task", "~path");
        await deltaGraph(saver, 3).invoke({ log: ["delta"] }, thread("other"));
        const before = await contentOf(saver, "source");
        for (const source of ["source", "other"]) {
          await saver.copyThread(source, `copy of ${source}`);
          expect(await contentOf(saver, `copy of ${source}`)).toEqual(
            await contentOf(saver, source),
          );
        }
        await chain.invoke({ log: ["goes on"] }, thread("copy of source"));
        expect(await contentOf(saver, "source")).toEqual(before);
      }));

    it("refuses a target that exists, and replaces all of it where told", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "source", 2, (step) => ({ step }));
        await putChain(saver, "target", 5, (step) => ({ other: step }));
        const rows = await rowsOf(saver, "target");
        await expect(saver.copyThread("source", "target")).rejects.toMatchObject({
          code: "WAYPOST_THREAD_EXISTS",
        });
        expect(await rowsOf(saver, "target")).toEqual(rows);
        await saver.copyThread("source", "target", { overwrite: true });
        expect(await rowsOf(saver, "target")).toEqual(await rowsOf(saver, "source"));
        expect(await contentOf(saver, "target")).toEqual(await contentOf(saver, "source"));
      }));

    it("refuses a source that does not exist, and leaves the target", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "target", 1, (step) => ({ step }));
        const copy = saver.copyThread("none", "target", { overwrite: true });
        await expect(copy).rejects.toMatchObject({ code: "WAYPOST_NO_THREAD" });
        expect((await rowsOf(saver, "target")).checkpoints).toBe(1);
      }));

    it("refuses values that were encrypted for their own thread", () => {
      const serde = encrypt(serializer(), { keys: [{ id: "one", key: randomBytes(32) }] });
      return withSaver(
        mode,
        async (saver) => {
          await putChain(saver, "source", 1, (step) => ({ step }));
          const copy = saver.copyThread("source", "target");
          await expect(copy).rejects.toMatchObject({ code: "WAYPOST_ENCRYPTED" });
          expect((await rowsOf(saver, "target")).checkpoints).toBe(0);
        },
        { serde },
      );
    });

    it("refuses the source itself as the target", () =>
      withSaver(mode, async (saver) => {
        await expect(saver.copyThread("1", "1")).rejects.toThrow("itself");
      }));
  });

  describe(`${mode.name}: deleting runs`, () => {
    it("takes a run's checkpoints from every thread and namespace, and leaves those of others", () =>
      withSaver(mode, async (saver) => {
        const graph = nestedGraph(saver);
        const run = (id: string, run_id: string) => ({ ...thread(id), metadata: { run_id } });
        for (const id of ["1", "2"]) {
          await graph.invoke({ log: ["one"] }, run(id, "first"));
          await graph.invoke({ log: ["two"] }, run(id, "second"));
        }
        const before = await readAll(saver, "1");
        const { checkpoints } = await saver.deleteForRuns(["second", "unknown"]);
        expect(checkpoints).toBe(before.size);
        const { log } = (await graph.getState(thread("1"))).values;
        expect(log[0]).toBe("one");
        expect(log).not.toContain("two");
        const after = await readAll(saver, "1");
        expect(after.size).toBe(before.size / 2);
        for (const [key, reading] of after) expect(reading).toEqual(before.get(key));
      }));

    it("finds runs that stored their id in the metadata themselves", () =>
      withSaver(mode, async (saver) => {
        const metadata = { ...METADATA, run_id: "mine" };
        await saver.put(thread("1"), checkpoint({ a: 1 }), metadata, { a: 1 });
        expect((await saver.getTuple(thread("1")))?.metadata).toEqual(metadata);
        await saver.deleteForRuns(["mine"]);
        expect((await rowsOf(saver, "1")).checkpoints).toBe(0);
      }));

    it("shows graphs no other metadata than theirs", () =>
      withSaver(mode, async (saver) => {
        const graph = chainGraph(saver);
        const run = { ...thread("1"), metadata: { run_id: "same" } };
        await graph.invoke({ log: ["one"] }, run);
        // LangGraph would take a second call with a run id that it finds for a retry of the first.
        const { log } = await graph.invoke({ log: ["two"] }, run);
        expect(log).toEqual(["one", "a", "b", "two", "a", "b"]);
        expect((await saver.getTuple(thread("1")))?.metadata).not.toHaveProperty("waypost_run_id");
      }));

    it("keeps what later runs rebuild a delta channel from", () =>
      withSaver(mode, async (saver) => {
        const graph = deltaGraph(saver);
        await graph.invoke({ log: ["one"] }, { ...thread("1"), metadata: { run_id: "first" } });
        await graph.invoke({ log: ["two"] }, { ...thread("1"), metadata: { run_id: "second" } });
        const before = await readAll(saver, "1");
        const removed = await saver.deleteForRuns(["first"]);
        expect(removed.kept).toBeGreaterThan(0);
        expect((await graph.getState(thread("1"))).values.log).toEqual([
          "one",
          "reply 1",
          "two",
          "reply 3",
        ]);
        for (const [key, reading] of await readAll(saver, "1")) {
          expect(reading).toEqual(before.get(key));
        }
      }));

    it.each([undefined, "run", [1], [""]])("refuses %j for ids of runs", (ids) =>
      withSaver(mode, async (saver) => {
        await expect(saver.deleteForRuns(ids as never)).rejects.toThrow('"runIds"');
      }),
    );
  });
}
