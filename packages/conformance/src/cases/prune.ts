import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import {
  approvalGraph,
  chainGraph,
  collect,
  deltaGraph,
  nestedApprovalGraph,
  nestedGraph,
  resumeWith,
  thread,
} from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { readAll, referredValues, rowsOf } from "../threads.ts";

/** Prunes, and checks that what is left reads as before and that nothing else is left. */
async function pruneAndCompare(saver: Saver, id: string, options: Parameters<Saver["prune"]>[1]) {
  const before = await readAll(saver, id);
  const rows = await rowsOf(saver, id);
  const dry = await saver.prune([id], { ...options, dryRun: true });
  expect(await rowsOf(saver, id)).toEqual(rows);
  const removed = await saver.prune([id], options);
  expect(removed).toEqual(dry);
  const after = await readAll(saver, id);
  for (const [key, reading] of after) expect(reading).toEqual(before.get(key));
  const left = await rowsOf(saver, id);
  expect(left.checkpoints).toBe(after.size);
  expect(left.blobs).toBe(referredValues(after));
  expect(left.checkpoints + removed.checkpoints).toBe(rows.checkpoints);
  expect(left.blobs + removed.blobs).toBe(rows.blobs);
  expect(left.writes + removed.writes).toBe(rows.writes);
  return { removed, after: [...after.values()].map(({ tuple }) => tuple) };
}

export function pruneCases(mode: Mode): void {
  describe(`${mode.name}: pruning`, () => {
    it("keeps the latest checkpoint, from which the graph goes on", () =>
      withSaver(mode, async (saver) => {
        const graph = chainGraph(saver);
        for (const input of ["one", "two"]) await graph.invoke({ log: [input] }, thread("1"));
        const { removed, after } = await pruneAndCompare(saver, "1", { keepLast: 1 });
        expect(after).toHaveLength(1);
        expect(removed.bytes).toBeGreaterThan(0);
        const { log } = await graph.invoke({ log: ["three"] }, thread("1"));
        expect(log).toEqual(["one", "a", "b", "two", "a", "b", "three", "a", "b"]);
      }));

    it("keeps as many as told, in each namespace", () =>
      withSaver(mode, async (saver) => {
        for (const input of ["one", "two"]) {
          await nestedGraph(saver).invoke({ log: [input] }, thread("1"));
        }
        const { after } = await pruneAndCompare(saver, "1", { keepLast: 2 });
        const spaces = after.map((tuple) => tuple.config.configurable?.checkpoint_ns);
        expect(spaces.filter((space) => space === "")).toHaveLength(2);
        expect(new Set(spaces).size).toBe(2);
      }));

    it("keeps what is not old enough", () =>
      withSaver(mode, async (saver) => {
        const configs = await putChain(saver, "1", 6, (step) => ({ step }));
        const { checkpoint: third } = (await saver.getTuple(configs[3] ?? {})) ?? {};
        // Stored again with other times: two days old, one day old, and so on.
        for (const [i, config] of configs.entries()) {
          const tuple = await saver.getTuple(config);
          const ts = new Date(Date.UTC(2026, 0, 1 + i)).toISOString();
          const stored = { ...(tuple?.checkpoint ?? checkpoint({})), ts };
          await saver.put(tuple?.parentConfig ?? thread("1"), stored, METADATA, {});
        }
        const olderThan = new Date(Date.UTC(2026, 0, 4));
        const { after } = await pruneAndCompare(saver, "1", { olderThan });
        expect(after).toHaveLength(3);
        expect(after.at(-1)?.checkpoint.id).toBe(third?.id);
        expect(await saver.prune(["1"], { strategy: "delete", olderThan })).toMatchObject({
          checkpoints: 0,
        });
        const later = new Date(Date.UTC(2026, 0, 7));
        await saver.prune(["1"], { strategy: "delete", olderThan: later });
        expect(await rowsOf(saver, "1")).toEqual({ checkpoints: 0, blobs: 0, writes: 0 });
      }));

    it("keeps a branch that waits for an answer, and the values it shares", () =>
      withSaver(mode, async (saver) => {
        const graph = approvalGraph(saver);
        await graph.invoke({ log: ["in"] }, thread("1"));
        const [asked, earlier] = await collect(graph.getStateHistory(thread("1")));
        await graph.updateState(earlier?.config ?? {}, { log: ["another way"] }, "ask");
        await graph.invoke({ log: ["goes on"] }, thread("1"));
        await pruneAndCompare(saver, "1", { keepLast: 1 });
        const done = await graph.invoke(resumeWith("yes"), asked?.config);
        expect([...done.log].sort()).toEqual(["answer: yes", "before", "beside", "in"]);
      }));

    it("keeps what the open question of a nested graph needs", () =>
      withSaver(mode, async (saver) => {
        const graph = nestedApprovalGraph(saver);
        await graph.invoke({ log: ["one"] }, thread("1"));
        await graph.invoke(resumeWith("first"), thread("1"));
        await graph.invoke({ log: ["two"] }, thread("1"));
        await saver.copyThread("1", "twin");
        const { removed } = await pruneAndCompare(saver, "1", { keepLast: 1 });
        expect(removed.checkpoints).toBeGreaterThan(0);
        const resumed = [];
        for (const id of ["1", "twin"]) {
          resumed.push(await graph.invoke(resumeWith("second"), thread(id)));
        }
        expect(resumed[0]).toEqual(resumed[1]);
        expect(resumed[0]?.log).toContain("answer: second");
      }));

    it("keeps the memory of a nested graph as it was at each checkpoint around it that stays", () =>
      withSaver(mode, async (saver) => {
        const graph = nestedGraph(saver, 3);
        for (const input of ["one", "two", "three"]) {
          await graph.invoke({ log: [input] }, thread("1"));
        }
        await saver.copyThread("1", "twin");
        await pruneAndCompare(saver, "1", { keepLast: 7 });
        const replays = async (id: string) => {
          const states = await collect(graph.getStateHistory(thread(id)));
          const logs = [];
          for (const { config, next } of states.slice(0, 7)) {
            if (next.includes("nested")) logs.push((await graph.invoke(null, config)).log);
          }
          return logs;
        };
        const [pruned, whole] = [await replays("1"), await replays("twin")];
        expect(pruned.length).toBeGreaterThan(1);
        expect(pruned).toEqual(whole);
      }));

    it("keeps what delta channels are rebuilt from, back to the stored value", () =>
      withSaver(mode, async (saver) => {
        const graph = deltaGraph(saver, 4);
        for (let turn = 0; turn < 9; turn++) {
          await graph.invoke({ log: [`question ${turn}`] }, thread("1"));
        }
        const before = await collect(graph.getStateHistory(thread("1")));
        const { removed, after } = await pruneAndCompare(saver, "1", { keepLast: 2 });
        expect(removed.checkpoints).toBeGreaterThan(10);
        const states = await collect(graph.getStateHistory(thread("1")));
        expect(states.map((s) => s.values)).toEqual(
          before.slice(0, after.length).map((s) => s.values),
        );
        const fork = await graph.updateState(states[1]?.config ?? {}, { log: ["FORK"] });
        expect((await graph.getState(fork)).values.log).toEqual([
          ...(before[1]?.values.log ?? []),
          "FORK",
        ]);
      }));

    it("keeps the writes from which a checkpoint of an older format takes its sends", () =>
      withSaver(mode, async (saver) => {
        const old = () => ({ ...checkpoint({ a: 1 }, { a: 1 }), v: 1 });
        const parent = await saver.put(thread("1"), old(), METADATA, { a: 1 });
        await saver.putWrites(parent, [["__pregel_tasks", "send"]], "task");
        await saver.put(parent, old(), METADATA, {});
        const { removed } = await pruneAndCompare(saver, "1", { keepLast: 1 });
        expect(removed).toMatchObject({ checkpoints: 0, kept: 1 });
      }));

    it("lets a run go on whose checkpoint was pruned meanwhile, with all of its values", () =>
      withSaver(mode, async (saver) => {
        const [first] = await putChain(saver, "1", 3, (step) => ({ a: step, b: step }));
        const read = (await saver.getTuple(first ?? {}))?.checkpoint ?? checkpoint({});
        await saver.prune(["1"], { keepLast: 1 });
        const a = saver.getNextVersion(read.channel_versions.a as number);
        const versions = { ...(read.channel_versions as Record<string, number>), a };
        const child = checkpoint({ ...read.channel_values, a: "new" }, versions);
        const config = await saver.put(first ?? {}, child, METADATA, { a });
        expect(await saver.getTuple(config)).toMatchObject({
          checkpoint: child,
          parentConfig: first,
        });
      }));

    it("lets a checkpoint be copied that was pruned meanwhile, with all of its values", () =>
      withSaver(mode, async (saver) => {
        const [parent, original] = await putChain(saver, "1", 3, (step) => ({ a: step, b: step }));
        const read = (await saver.getTuple(original ?? {}))?.checkpoint ?? checkpoint({});
        await saver.prune(["1"], { keepLast: 1 });
        const copy = checkpoint(
          read.channel_values,
          read.channel_versions as Record<string, number>,
        );
        const config = await saver.put(parent ?? {}, copy, { ...METADATA, source: "fork" }, {});
        expect((await saver.getTuple(config))?.checkpoint).toEqual(copy);
      }));

    it("refuses a checkpoint whose delta channel was rebuilt from what is pruned", () =>
      withSaver(mode, async (saver) => {
        const graph = deltaGraph(saver, 2);
        for (const input of ["one", "two"]) await graph.invoke({ log: [input] }, thread("1"));
        const states = await collect(graph.getStateHistory(thread("1")));
        const { config } = states.at(-2) ?? { config: {} };
        const read = await saver.getTuple(config);
        await saver.prune(["1"], { keepLast: 1 });
        const child = {
          ...(read?.checkpoint ?? checkpoint({})),
          id: "1f1e7695-0000-6000-8000-000000000000",
        };
        const rows = await rowsOf(saver, "1");
        const put = saver.put(config, child, read?.metadata ?? METADATA, {});
        await expect(put).rejects.toMatchObject({ code: "WAYPOST_PARENT_REMOVED" });
        expect(await rowsOf(saver, "1")).toEqual(rows);
      }));

    it("leaves other threads alone, and takes no unknown one amiss", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 4, (step) => ({ step }));
        await putChain(saver, "2", 4, (step) => ({ step }));
        await putChain(saver, "3", 4, (step) => ({ step }));
        expect(await saver.prune(["1", "2", "none", "1"], { keepLast: 1 })).toMatchObject({
          checkpoints: 6,
        });
        expect((await rowsOf(saver, "3")).checkpoints).toBe(4);
        expect(await saver.prune(["1", "3"], { strategy: "delete" })).toMatchObject({
          checkpoints: 5,
        });
        expect((await rowsOf(saver, "2")).checkpoints).toBe(1);
      }));

    it.each([
      ["keepLast", undefined],
      ["olderThan", { dryRun: true }],
      ["keepLast", { keepLast: 0 }],
      ["keepLast", { keepLast: 1.5 }],
      ["keepLast", { strategy: "delete", keepLast: 2 }],
      ["olderThan", { olderThan: "yesterday" }],
      ["olderThan", { olderThan: new Date("never") }],
      ["strategy", { strategy: "all" }],
      ["dryRun", { keepLast: 1, dryRun: "yes" }],
    ])("refuses a wrong %s: %o", (name, options) =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 3, (step) => ({ step }));
        await expect(saver.prune(["1"], options as never)).rejects.toThrow(`"${name}"`);
        expect((await rowsOf(saver, "1")).checkpoints).toBe(3);
      }),
    );
  });
}
