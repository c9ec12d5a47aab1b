import { MemorySaver } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { urlOf, withSaver } from "../database.ts";
import {
  approvalGraph,
  collect,
  deltaGraph,
  nestedGraph,
  resumeWith,
  sendGraph,
  thread,
} from "../graphs.ts";
import type { Mode } from "../mode.ts";

/** Real graphs: what they store must lead them on as if they had never stopped. */
export function graphCases(mode: Mode): void {
  // Another connection sees nothing of what an open transaction wrote.
  const itAcross = mode.begin ? () => {} : it;

  describe(`${mode.name}: graphs`, () => {
    it.each(["plain", "delta"] as const)(
      "reads parallel sends (%s) in the order they ran",
      (kind) =>
        withSaver(mode, async (saver) => {
          const graph = sendGraph(saver, kind);
          const live = await graph.invoke({ log: ["in"] }, thread("sends"));
          expect(live.log).toEqual(["in", "plan", "w0", "w1", "w2", "w3", "w4", "w5"]);
          expect((await graph.getState(thread("sends"))).values.log).toEqual(live.log);
        }),
    );

    it("asks once, remembers what ran beside the question, and goes on with the answer", () =>
      withSaver(mode, async (saver) => {
        const graph = approvalGraph(saver);
        await graph.invoke({ log: [] }, thread("ask"));
        const asked = await graph.getState(thread("ask"));
        expect(asked.tasks.flatMap((task) => task.interrupts.map((i) => i.value))).toEqual([
          "approve?",
        ]);
        const done = await graph.invoke(resumeWith("yes"), thread("ask"));
        expect([...done.log].sort()).toEqual(["answer: yes", "before", "beside"]);
      }));

    itAcross("goes on with the answer on another connection", () =>
      withSaver(mode, async (saver, schema) => {
        await approvalGraph(saver).invoke({ log: [] }, thread("ask"));
        const other = await mode.open(urlOf(mode), { schema });
        const done = await approvalGraph(other.saver).invoke(resumeWith("yes"), thread("ask"));
        await other.close();
        expect([...done.log].sort()).toEqual(["answer: yes", "before", "beside"]);
      }),
    );

    it("keeps the memory of a nested graph in a namespace of its own", () =>
      withSaver(mode, async (saver) => {
        const memory = new MemorySaver();
        const results = [];
        for (const checkpointer of [saver, memory]) {
          const graph = nestedGraph(checkpointer);
          for (const input of ["one", "two"]) await graph.invoke({ log: [input] }, thread("nest"));
          const state = await graph.getState(thread("nest"), { subgraphs: true });
          const tuples = await collect(checkpointer.list(thread("nest")));
          const namespaces = new Set(tuples.map((t) => t.config.configurable?.checkpoint_ns));
          results.push({ values: state.values, namespaces: [...namespaces].sort() });
        }
        expect(results[0]).toEqual(results[1]);
        expect(results[0]?.namespaces).toHaveLength(2);
      }));

    it("rebuilds a delta channel at every step of its history, and on a fork", () =>
      withSaver(mode, async (saver) => {
        const results = [];
        for (const checkpointer of [saver, new MemorySaver()]) {
          const graph = deltaGraph(checkpointer, 4);
          for (let turn = 0; turn < 7; turn++) {
            await graph.invoke({ log: [`question ${turn}`] }, thread("delta"));
          }
          const history = await collect(graph.getStateHistory(thread("delta")));
          const fork = await graph.updateState(history[9]?.config ?? {}, { log: ["FORK"] });
          results.push({
            history: history.map((state) => state.values.log),
            fork: (await graph.getState(fork)).values.log,
          });
        }
        expect(results[0]).toEqual(results[1]);
      }));

    it.each(["sync", "async", "exit"] as const)(
      "remembers a turn stored with durability %s",
      (durability) =>
        withSaver(mode, async (saver) => {
          const graph = deltaGraph(saver);
          const config = { ...thread("durable"), durability };
          await graph.invoke({ log: ["one"] }, config);
          const second = await graph.invoke({ log: ["two"] }, config);
          expect(second.log).toEqual(["one", "reply 1", "two", "reply 3"]);
        }),
    );
  });
}
