import { type Case, TIME } from "./scenario.ts";
import { channelValues, checkpoint, METADATA, storedTexts, threadConfig } from "./values.ts";

const CHANNELS = 5;

/** @param remembered whether the saver has read the thread before, as one that goes on with a conversation */
const getTuple = (messages: number, remembered = false): Case => {
  const values = channelValues(messages, CHANNELS);
  const thread = threadConfig("read");
  return {
    title: remembered
      ? `getTuple, ${messages} messages that the saver remembers`
      : `getTuple, ${messages} messages`,
    scenario: "getTuple",
    measures: [TIME],
    at: {
      series: remembered ? "getTuple, remembered" : "getTuple",
      axis: "messages",
      value: messages,
    },
    overLinks: messages === 10 || messages === 400,
    ...(remembered ? {} : { cacheBytes: 0 }),
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
    ...(remembered
      ? {}
      : { raw: async () => ({ kind: "read" as const, rows: await storedTexts(values) }) }),
  };
};

export const getTupleCases = (quick: boolean): Case[] =>
  quick
    ? [getTuple(10), getTuple(400), getTuple(400, true)]
    : [...[10, 100, 400, 2000].map((n) => getTuple(n)), getTuple(400, true), getTuple(2000, true)];
