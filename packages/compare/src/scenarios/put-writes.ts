import { randomUUID } from "node:crypto";
import { type Case, TIME } from "./scenario.ts";
import { conversation, serialized, threadConfig } from "./values.ts";

const putWrites = (count: number): Case => {
  const writes = conversation(count).map((message): [string, unknown] => ["messages", [message]]);
  return {
    title: `putWrites of ${count}`,
    scenario: "putWrites",
    measures: [TIME],
    at: { series: "putWrites", axis: "writes", value: count },
    overLinks: count === 10,
    operation({ session: { saver } }) {
      const { configurable } = threadConfig();
      const config = { configurable: { ...configurable, checkpoint_id: "1" } };
      return async (meter) => {
        const task = randomUUID();
        return [await meter(() => saver.putWrites(config, writes, task))];
      };
    },
    raw: async () => ({
      kind: "write",
      rows: await Promise.all(writes.map(([, value]) => serialized(value))),
    }),
  };
};

export const putWritesCases = (quick: boolean): Case[] =>
  (quick ? [10] : [1, 10, 100]).map(putWrites);
