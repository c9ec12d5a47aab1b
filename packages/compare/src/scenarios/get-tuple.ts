import { type Case, TIME } from "./scenario.ts";
import { channelValues, checkpoint, METADATA, storedTexts, threadConfig } from "./values.ts";

const CHANNELS = 5;

const getTuple = (messages: number): Case => {
  const values = channelValues(messages, CHANNELS);
  const thread = threadConfig("read");
  return {
    title: `getTuple, ${messages} messages`,
    scenario: "getTuple",
    measures: [TIME],
    at: { series: "getTuple", axis: "messages", value: messages },
    overLinks: messages === 10 || messages === 400,
    seed: {
      id: `getTuple ${messages}`,
      async store(saver) {
        const stored = checkpoint(values);
        await saver.put(thread, stored, METADATA, stored.channel_versions);
      },
    },
    operation:
      ({ session: { saver } }) =>
      async (meter) => {
        let found: unknown;
        const time = await meter(async () => {
          found = await saver.getTuple(thread);
        });
        if (found === undefined) throw new Error("getTuple did not find the checkpoint.");
        return [time];
      },
    raw: async () => ({ kind: "read", rows: await storedTexts(values) }),
  };
};

export const getTupleCases = (quick: boolean): Case[] =>
  (quick ? [10, 400] : [10, 100, 400, 2000]).map(getTuple);
