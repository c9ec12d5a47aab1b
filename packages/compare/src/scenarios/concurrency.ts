import { randomUUID } from "node:crypto";
import { agent, question, thread } from "./agent.ts";
import { putting } from "./put.ts";
import { type Case, type Meter, TIME } from "./scenario.ts";
import { changingValues, storedTexts } from "./values.ts";

/** Writes of each caller within one sample, so that starting and ending matter less. */
export const PUTS_PER_CALLER = 4;

const MEASURES = [{ ...TIME, title: "time per operation" }];

/** Milliseconds per operation where `callers` do it at once, each of them `each` times in a row. */
export async function perOperation(
  callers: readonly (() => Promise<unknown>)[],
  each: number,
  meter: Meter,
): Promise<number> {
  const time = await meter(() =>
    Promise.all(
      callers.map(async (operation) => {
        for (let i = 0; i < each; i++) await operation();
      }),
    ),
  );
  return time / (callers.length * each);
}

const puts = (count: number): Case => {
  const values = changingValues(10, 10);
  return {
    title: `put, ${count} concurrent threads`,
    scenario: "concurrency",
    measures: MEASURES,
    operations: count * PUTS_PER_CALLER,
    at: { series: "put with concurrent threads", axis: "threads", value: count },
    overLinks: count === 16,
    operation({ session: { saver } }) {
      const callers = Array.from({ length: count }, () => putting(saver, values));
      const unmetered: Meter = async (work) => {
        await work();
        return 0;
      };
      const puts = callers.map((put) => () => put(unmetered));
      return async (meter) => [await perOperation(puts, PUTS_PER_CALLER, meter)];
    },
    raw: async () => ({ kind: "write", rows: await storedTexts(values[0] ?? {}), callers: count }),
  };
};

const turns = (count: number): Case => ({
  title: `whole agent turn, ${count} concurrent threads`,
  scenario: "concurrency",
  measures: MEASURES,
  operations: count,
  at: { series: "whole agent turn with concurrent threads", axis: "threads", value: count },
  operation({ session: { saver } }) {
    const graph = agent(saver);
    return async (meter) => {
      const callers = Array.from({ length: count }, () => {
        const config = thread(randomUUID());
        return () => graph.invoke(question(), config);
      });
      return [await perOperation(callers, 1, meter)];
    };
  },
});

export const concurrencyCases = (quick: boolean): Case[] =>
  quick ? [puts(16)] : [puts, turns].flatMap((make) => [1, 16, 64].map(make));
