import { type Case, TIME } from "./scenario.ts";
import { channelValues, checkpoint, METADATA, threadConfig } from "./values.ts";

const THREAD = threadConfig("cold");

/** Connects and reads a thread of ten messages for the first time, as a serverless function would. */
const coldStart: Case = {
  title: "cold start: connect and first read",
  scenario: "coldStart",
  measures: [TIME],
  overLinks: true,
  unable: ({ wire }) => (wire ? undefined : "in this process: a new one would be empty"),
  seed: {
    id: "cold start",
    async store(saver) {
      const stored = checkpoint(channelValues(10, 5));
      await saver.put(THREAD, stored, METADATA, stored.channel_versions);
    },
  },
  operation:
    ({ open }) =>
    async (meter) => {
      let close = async () => {};
      const time = await meter(async () => {
        const session = await open();
        close = session.close;
        await session.saver.getTuple(THREAD);
      });
      await close();
      return [time];
    },
};

export const coldStartCases = (): Case[] => [coldStart];
