import { Annotation, DeltaChannel, END, START, StateGraph } from "@langchain/langgraph";
import type { Saver } from "../subjects/subject.ts";
import { type Case, GaveUp, type Seed, TIME } from "./scenario.ts";
import { conversation, serialized } from "./values.ts";

const CONFIG = { configurable: { thread_id: "delta" } };
/** Checkpoints that one turn leaves: its input, the step, and the end. */
const STATES_PER_TURN = 3;
/** So many updates that the channel never stores its whole value. */
const NO_SNAPSHOT = 1_000_000;
const PATIENCE_MS = 5000;

const appendAll = (log: string[], writes: unknown[]): string[] => [
  ...(log ?? []),
  ...(writes as string[][]).flat(),
];
const State = Annotation.Root({
  log: new DeltaChannel<string[], string[]>(appendAll, { snapshotFrequency: NO_SNAPSHOT }),
});

const entry = (i: number) => String(conversation(1)[0]?.content) + i;

function deltaGraph(checkpointer: Saver) {
  return new StateGraph(State)
    .addNode("reply", ({ log }) => ({ log: [entry(log.length)] }))
    .addEdge(START, "reply")
    .addEdge("reply", END)
    .compile({ checkpointer });
}

const seed = (turns: number): Seed => ({
  id: `delta ${turns}`,
  async store(saver) {
    const graph = deltaGraph(saver);
    for (let turn = 0; turn < turns; turn++) {
      await graph.invoke({ log: [entry(2 * turn)] }, CONFIG);
    }
  },
});

const raw = (turns: number) => async () => {
  const texts = Array.from({ length: 2 * turns }, (_, i) => serialized([entry(i)]));
  return { kind: "read" as const, rows: await Promise.all(texts) };
};

const state = (turns: number): Case => ({
  title: `delta channel of ${turns} turns: state`,
  scenario: "delta",
  measures: [TIME],
  seed: seed(turns),
  operation({ session: { saver } }) {
    const graph = deltaGraph(saver);
    return async (meter) => {
      let length = 0;
      const time = await meter(async () => {
        length = (await graph.getState(CONFIG)).values.log.length;
      });
      if (length !== 2 * turns) throw new Error(`The log has ${length} entries of ${2 * turns}.`);
      return [time];
    };
  },
  raw: raw(turns),
});

const history = (turns: number): Case => ({
  title: `delta channel of ${turns} turns: history`,
  scenario: "delta",
  measures: [TIME],
  seed: seed(turns),
  operation({ session: { saver } }) {
    const graph = deltaGraph(saver);
    const readAll = async () => {
      const start = performance.now();
      const all = STATES_PER_TURN * turns;
      let states = 0;
      for await (const _ of graph.getStateHistory(CONFIG)) {
        states += 1;
        if (performance.now() - start > PATIENCE_MS) {
          throw new GaveUp(`${states} of ${all} states in ${PATIENCE_MS / 1000} s, then stopped`);
        }
      }
      if (states !== all) throw new Error(`The history has ${states} states of ${all}.`);
    };
    return async (meter) => [await meter(readAll)];
  },
});

/** 46 turns leave 138 states. */
export const deltaCases = (quick: boolean): Case[] =>
  quick ? [state(20), history(5)] : [state(200), history(46), history(200)];
