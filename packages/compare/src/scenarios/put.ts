import type { Saver } from "../subjects/subject.ts";
import { type Case, type Operation, TIME } from "./scenario.ts";
import { changingValues, checkpoint, METADATA, storedTexts, threadConfig } from "./values.ts";

/** Puts one checkpoint after the other on a thread of its own, each with other values in all channels. */
export function putting(saver: Saver, values: readonly Record<string, unknown>[]): Operation {
  let config = threadConfig();
  let step = 0;
  return async (meter) => {
    const next = checkpoint(values[step % values.length] ?? {});
    step += 1;
    return [
      await meter(async () => {
        config = (await saver.put(config, next, METADATA, next.channel_versions)) as typeof config;
      }),
    ];
  };
}

const put = (messages: number, channels: number): Case => {
  const values = changingValues(messages, channels);
  return {
    title: `put, ${messages} messages, ${channels} channels`,
    scenario: "put",
    measures: [TIME],
    overLinks: messages === 10 && channels === 10,
    operation: ({ session }) => putting(session.saver, values),
    raw: async () => ({ kind: "write", rows: await storedTexts(values[0] ?? {}) }),
  };
};

export const putCases = (quick: boolean): Case[] =>
  quick ? [put(10, 10)] : [put(10, 10), put(10, 40), put(400, 10), put(400, 40)];
