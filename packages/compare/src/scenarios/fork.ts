import { randomUUID } from "node:crypto";
import type { Saver } from "../subjects/subject.ts";
import { agent, question, thread } from "./agent.ts";
import { type Case, TIME } from "./scenario.ts";

const TURNS = 10;

/** Goes back to the middle of a thread, changes its state there, and reads the new branch. */
const fork: Case = {
  title: "fork",
  scenario: "fork",
  measures: [TIME],
  overLinks: true,
  operation({ session: { saver } }) {
    const graph = agent(saver);
    let middle: Promise<ReturnType<typeof thread>> | undefined;
    return async (meter) => {
      middle ??= middleOfNew(saver);
      const from = await middle;
      return [
        await meter(async () => {
          const branch = await graph.updateState(from, question(), "model");
          await graph.getState(branch);
        }),
      ];
    };
  },
};

/** The checkpoint in the middle of a new thread. */
async function middleOfNew(saver: Saver) {
  const graph = agent(saver);
  const config = thread(randomUUID());
  for (let turn = 0; turn < TURNS; turn++) await graph.invoke(question(), config);
  const configs = [];
  for await (const { config: one } of saver.list(config)) {
    configs.push(one as ReturnType<typeof thread>);
  }
  const middle = configs[Math.floor(configs.length / 2)];
  if (middle === undefined) throw new Error("The thread to be forked is empty.");
  return middle;
}

export const forkCases = (): Case[] => [fork];
