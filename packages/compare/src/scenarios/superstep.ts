import { randomUUID } from "node:crypto";
import { Annotation, END, Send, START, StateGraph } from "@langchain/langgraph";
import type { Saver } from "../subjects/subject.ts";
import { thread } from "./agent.ts";
import { type Case, TIME } from "./scenario.ts";

const State = Annotation.Root({
  found: Annotation<string[]>({ reducer: (all, more) => [...all, ...more], default: () => [] }),
});

/** Sends as many tasks as it is asked for, which run in one superstep and answer at once. */
const fanOut = (checkpointer: Saver, count: number) =>
  new StateGraph(State)
    .addNode("plan", () => ({ found: [] }))
    .addNode("search", (task) => ({ found: [(task as unknown as { name: string }).name] }))
    .addEdge(START, "plan")
    .addConditionalEdges("plan", () =>
      Array.from({ length: count }, (_, i) => new Send("search", { name: `page ${i}` })),
    )
    .addEdge("search", END)
    .compile({ checkpointer });

const superstep = (count: number): Case => ({
  title: `a run of ${count} parallel tasks`,
  scenario: "superstep",
  measures: [TIME],
  at: { series: "superstep", axis: "tasks", value: count },
  overLinks: true,
  operation({ session: { saver } }) {
    const graph = fanOut(saver, count);
    return async (meter) => {
      let found: string[] = [];
      const time = await meter(async () => {
        ({ found } = await graph.invoke({ found: [] }, thread(randomUUID())));
      });
      if (found.length !== count) throw new Error(`The run found ${found.length} of ${count}.`);
      return [time];
    };
  },
});

export const superstepCases = (quick: boolean): Case[] => (quick ? [10] : [10, 100]).map(superstep);
