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

const put = (
  title: string,
  values: readonly Record<string, unknown>[],
  overLinks = false,
): Case => {
  return {
    title: `put, ${title}`,
    scenario: "put",
    measures: [TIME],
    overLinks,
    operation: ({ session }) => putting(session.saver, values),
    raw: async () => ({ kind: "write", rows: await storedTexts(values[0] ?? {}) }),
  };
};

const conversation = (messages: number, channels: number): Case =>
  put(
    `${messages} messages, ${channels} channels`,
    changingValues(messages, channels),
    messages === 10 && channels === 10,
  );

/** Counters, notes and the like, which share nothing with the version before. */
const small = (channels: number): Case => {
  const values = changingValues(1, channels + 1);
  return put(
    `${channels} small channels`,
    values.map(({ messages: _, ...others }) => others),
  );
};

export const putCases = (quick: boolean): Case[] =>
  quick
    ? [conversation(10, 10)]
    : [
        ...[conversation(10, 10), conversation(10, 40), small(10)],
        ...[conversation(400, 10), conversation(400, 40)],
      ];
