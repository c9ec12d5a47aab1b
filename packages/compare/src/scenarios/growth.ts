import { type Case, type Seed, TIME } from "./scenario.ts";
import { checkpoint, METADATA, threadConfig } from "./values.ts";

const THREAD = threadConfig("long");
const CHANNELS = 5;

/** One channel changes at each step, as in a graph; the others stay. */
function* steps(count: number) {
  const versions: Record<string, number> = {};
  for (let i = 0; i < CHANNELS; i++) versions[`channel_${i}`] = 1;
  for (let step = 0; step < count; step++) {
    const changed = `channel_${step % CHANNELS}`;
    versions[changed] = step + 1;
    const values = Object.fromEntries(Object.keys(versions).map((name) => [name, { step }]));
    const newVersions = step === 0 ? { ...versions } : { [changed]: step + 1 };
    yield { stored: checkpoint(values, { ...versions }), newVersions };
  }
}

const seedOf = (checkpoints: number): Seed => ({
  id: `thread of ${checkpoints}`,
  async store(saver) {
    let config: object = THREAD;
    for (const { stored, newVersions } of steps(checkpoints)) {
      config = await saver.put(config, stored, METADATA, newVersions);
    }
  },
});

const atSize = (title: string, checkpoints: number) => ({
  title: `${title} in a thread of ${checkpoints.toLocaleString("en")} checkpoints`,
  scenario: "growth",
  measures: [TIME],
  at: { series: `${title} in a growing thread`, axis: "checkpoints", value: checkpoints },
  seed: seedOf(checkpoints),
});

const reading = (checkpoints: number): Case => ({
  ...atSize("getTuple", checkpoints),
  operation:
    ({ session: { saver } }) =>
    async (meter) => {
      let found: unknown;
      const time = await meter(async () => {
        found = await saver.getTuple(THREAD);
      });
      if (found === undefined) throw new Error("getTuple did not find the checkpoint.");
      return [time];
    },
});

/** The same step again and again: it replaces itself, so that the thread stays as long as it is. */
const writing = (checkpoints: number): Case => ({
  ...atSize("put", checkpoints),
  operation({ session: { saver } }) {
    const [first] = [...steps(1)];
    if (first === undefined) throw new Error("There is no step.");
    return async (meter) => [
      await meter(() => saver.put(THREAD, first.stored, METADATA, first.newVersions)),
    ];
  },
});

/** Whether an operation costs more the longer its thread is. */
export const growthCases = (quick: boolean): Case[] =>
  (quick ? [100] : [100, 1000, 10_000]).flatMap((size) => [reading(size), writing(size)]);
