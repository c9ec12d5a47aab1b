import { randomUUID } from "node:crypto";
import { agent, MESSAGES_PER_TURN, question, remember, thread } from "./agent.ts";
import { type Case, TIME } from "./scenario.ts";

const turn = (number: number, overLinks = false): Case => ({
  title: `whole agent turn, turn ${number}`,
  scenario: "turn",
  measures: [TIME],
  at: { series: "whole agent turn", axis: "turn", value: number },
  overLinks,
  operation({ session: { saver } }) {
    const graph = agent(saver);
    return async (meter) => {
      const id = randomUUID();
      await remember(graph, id, number - 1);
      let length = 0;
      const time = await meter(async () => {
        length = (await graph.invoke(question(), thread(id))).messages.length;
      });
      if (length !== number * MESSAGES_PER_TURN)
        throw new Error(`The turn left ${length} messages.`);
      return [time];
    };
  },
});

/** Turn 100 has 400 messages. */
export const turnCases = (quick: boolean): Case[] =>
  quick ? [turn(1), turn(10, true)] : [turn(1), turn(50, true), turn(100), turn(200)];
