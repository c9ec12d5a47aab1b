import { agent, question, thread } from "./agent.ts";
import { type Case, TIME } from "./scenario.ts";

const CONFIG = thread("forked");
const TURNS = 10;

/** Goes back to the middle of a thread, changes its state there, and reads the new branch. */
const fork: Case = {
  title: "fork",
  scenario: "fork",
  measures: [TIME],
  overLinks: true,
  async seed(saver) {
    const graph = agent(saver);
    for (let turn = 0; turn < TURNS; turn++) await graph.invoke(question(), CONFIG);
  },
  operation({ session: { saver } }) {
    const graph = agent(saver);
    let middle: ReturnType<typeof thread> | undefined;
    return async (meter) => {
      middle ??= await middleOf(saver);
      const from = middle;
      return [
        await meter(async () => {
          const branch = await graph.updateState(from, question(), "model");
          await graph.getState(branch);
        }),
      ];
    };
  },
};

/** The checkpoint in the middle of the thread as it was seeded. */
async function middleOf(saver: Parameters<typeof agent>[0]) {
  const configs = [];
  for await (const { config, metadata } of saver.list(CONFIG)) {
    if (metadata?.source === "loop") configs.push(config as ReturnType<typeof thread>);
  }
  const middle = configs[Math.floor(configs.length / 2)];
  if (middle === undefined) throw new Error("The thread to be forked is empty.");
  return middle;
}

export const forkCases = (): Case[] => [fork];
