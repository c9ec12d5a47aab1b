import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Saver } from "../subjects/subject.ts";
import { type Case, type Seed, TIME } from "./scenario.ts";
import { checkpoint, conversation, METADATA, serialized, threadConfig } from "./values.ts";

const THREAD = "listed";

/** A thread whose conversation grows by a message with each checkpoint. */
const seed = (length: number): Seed => ({
  id: `list ${length}`,
  store: (saver) => storeGrowing(saver, length),
});

async function storeGrowing(saver: Saver, length: number): Promise<void> {
  const messages = conversation(length);
  let config = threadConfig(THREAD);
  for (let step = 0; step < length; step++) {
    const next = checkpoint({ messages: messages.slice(0, step + 1) });
    const metadata = { ...METADATA, step };
    config = (await saver.put(config, next, metadata, next.channel_versions)) as typeof config;
  }
}

const rows = async (length: number) => {
  const messages = conversation(length);
  const texts = messages.map((_, step) => serialized(messages.slice(0, step + 1)));
  return { kind: "read" as const, rows: await Promise.all(texts) };
};

const list = (length: number): Case => ({
  title: `list of ${length} checkpoints`,
  scenario: "list",
  measures: [
    { id: "first", title: "first row", unit: "ms", hasFloor: false },
    { ...TIME, title: "all rows" },
  ],
  seed: seed(length),
  operation:
    ({ session: { saver } }) =>
    async (meter) => {
      let first = 0;
      const all = await meter(async () => {
        const start = performance.now();
        let count = 0;
        for await (const _ of saver.list(threadConfig(THREAD))) {
          if (count === 0) first = performance.now() - start;
          count += 1;
        }
        if (count !== length) throw new Error(`list gave ${count} checkpoints of ${length}.`);
      });
      return [first, all];
    },
  raw: () => rows(length),
});

/** As often as the garbage is collected and the rest of the heap looked at. */
const LOOK_EVERY = 10;

const listMemory = (length: number): Case => ({
  title: `list of ${length} checkpoints: memory`,
  scenario: "list",
  measures: [{ id: "memory", title: "peak of live memory", unit: "MB" }],
  exact: true,
  seed: seed(length),
  operation:
    ({ session: { saver } }) =>
    async () => {
      const before = await liveBytes();
      let peak = 0;
      let count = 0;
      for await (const _ of saver.list(threadConfig(THREAD))) {
        if (count++ % LOOK_EVERY === 0) peak = Math.max(peak, (await liveBytes()) - before);
      }
      return [peak / 1024 / 1024];
    },
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes in use once all garbage is gone; buffers are freed after a collection, in the background. */
async function liveBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const listCases = (quick: boolean): Case[] =>
  [list, listMemory].map((make) => make(quick ? 20 : 300));
