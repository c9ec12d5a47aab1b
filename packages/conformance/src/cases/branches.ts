import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { withSaver } from "../database.ts";
import { barrier, chainGraph, collect, replyGraph, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";

/**
 * What a saver must hold where a thread has more than one branch, each as a check of its own: the
 * same checks show in a test that the official saver fails them.
 */
export const BRANCH_CHECKS: Record<string, (saver: BaseCheckpointSaver) => Promise<void>> = {
  async "a fork reads its own values, and the branch it left keeps its own"(saver) {
    const graph = chainGraph(saver);
    await graph.invoke({ log: ["in"] }, thread("fork"));
    const history = await collect(graph.getStateHistory(thread("fork")));
    const middle = history.find((state) => state.next.includes("b"));
    const fork = await graph.updateState(middle?.config ?? {}, { log: ["FORK"] });
    expect((await graph.getState(fork)).values.log).toEqual(["in", "a", "FORK"]);
    expect((await graph.getState(history[0]?.config ?? {})).values.log).toEqual(["in", "a", "b"]);
  },

  async "time travel runs the steps again with what they do now"(saver) {
    const names = { a: "a", b: "b" };
    const graph = chainGraph(saver, names);
    await graph.invoke({ log: ["in"] }, thread("travel"));
    const [tip, middle] = await collect(graph.getStateHistory(thread("travel")));
    names.b = "b again";
    const rerun = await graph.invoke(null, middle?.config ?? {});
    expect(rerun.log).toEqual(["in", "a", "b again"]);
    expect((await graph.getState(thread("travel"))).values.log).toEqual(["in", "a", "b again"]);
    expect((await graph.getState(tip?.config ?? {})).values.log).toEqual(["in", "a", "b"]);
  },

  async "two runs at once on one thread each keep their own values"(saver) {
    await chainGraph(saver).invoke({ log: [] }, thread("meet"));
    // Both start from the same checkpoint, named here, so that it does not depend on who reads first.
    const { config } = await chainGraph(saver).getState(thread("meet"));
    const graph = replyGraph(saver, barrier(2));
    await Promise.all(["one", "two"].map((question) => graph.invoke({ log: [question] }, config)));
    const logs = (await collect(graph.getStateHistory(thread("meet")))).map((s) => s.values.log);
    expect(logs).toContainEqual(["a", "b", "one", "reply to one"]);
    expect(logs).toContainEqual(["a", "b", "two", "reply to two"]);
  },
};

export function branchCases(mode: Mode): void {
  describe(`${mode.name}: branches`, () => {
    for (const [title, check] of Object.entries(BRANCH_CHECKS)) {
      it(title, () => withSaver(mode, check));
    }

    it("deletes all branches of a thread and nothing of another", () =>
      withSaver(mode, async (saver) => {
        const graph = chainGraph(saver);
        for (const id of ["gone", "kept"]) await graph.invoke({ log: [id] }, thread(id));
        await saver.deleteThread("gone");
        expect(await collect(saver.list(thread("gone")))).toEqual([]);
        expect((await graph.getState(thread("kept"))).values.log).toEqual(["kept", "a", "b"]);
      }));
  });
}
