import { type Case, TIME } from "./scenario.ts";
import { checkpoint, conversation, METADATA, serialized, threadConfig } from "./values.ts";

/** A conversation that grew message by message, at least at its end. */
const GROWN = 400;

const grown = (messages: number): Case => {
  const all = conversation(messages);
  const thread = threadConfig(`grown ${messages}`);
  return {
    title: `getTuple, ${messages} messages stored one by one`,
    scenario: "append",
    measures: [TIME],
    cacheBytes: 0,
    at: { series: "getTuple of a conversation", axis: "messages", value: messages },
    seed: {
      id: `grown ${messages}`,
      async store(saver) {
        let config: object = thread;
        for (let count = Math.max(1, messages - GROWN); count <= messages; count++) {
          const next = checkpoint({ messages: all.slice(0, count) });
          config = await saver.put(config, next, METADATA, next.channel_versions);
        }
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
    raw: async () => ({ kind: "read", rows: [await serialized(all)] }),
  };
};

/** One message more each time, on a thread of its own. */
const append = (messages: number): Case => ({
  title: `put of one message more than ${messages}`,
  scenario: "append",
  measures: [TIME],
  at: { series: "put of one message more", axis: "messages", value: messages },
  overLinks: messages === 400 || messages === 2000,
  operation({ session: { saver } }) {
    let config: object = threadConfig();
    let stored = conversation(messages);
    const put = async () => {
      const next = checkpoint({ messages: stored });
      config = await saver.put(config, next, METADATA, next.channel_versions);
    };
    let begun = false;
    return async (meter) => {
      // Where the second version shares with the first, the third is the first that only appends.
      for (; !begun; begun = true) {
        await put();
        stored = conversation(stored.length + 1);
        await put();
      }
      stored = conversation(stored.length + 1);
      return [await meter(put)];
    };
  },
});

export const appendCases = (quick: boolean): Case[] =>
  quick
    ? [append(100), grown(100)]
    : [append(100), append(400), append(2000), grown(100), grown(400), grown(2000)];
