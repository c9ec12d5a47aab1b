import { deepStrictEqual } from "node:assert";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  Annotation,
  Command,
  DeltaChannel,
  END,
  interrupt,
  MemorySaver,
  Send,
  START,
  StateGraph,
  type StateSnapshot,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { collect, thread } from "@waypost/conformance/graphs";
import type { Compared } from "./compared.ts";
import type { ActOf } from "./steps.ts";

type Act = ActOf<"graph">;
type Action = Act["actions"][number];

/** What is used of a graph whose nodes are known at run time only. */
interface Graph {
  addNode(name: string, node: unknown): Graph;
  addEdge(from: string, to: string): Graph;
  addConditionalEdges(from: string, to: () => Send[]): Graph;
  compile(options: { checkpointer: BaseCheckpointSaver }): Compiled;
}

interface Compiled {
  invoke(input: unknown, config: RunnableConfig): Promise<object>;
  updateState(config: RunnableConfig, values: object): Promise<unknown>;
  getStateHistory(config: RunnableConfig): AsyncIterable<StateSnapshot>;
}

const append = (log: string[] = [], more: string[] = []) => [...log, ...more];
const plainLog = Annotation.Root({
  log: Annotation<string[]>({ reducer: append, default: () => [] }),
});
const deltaLog = (snapshotFrequency: number) =>
  Annotation.Root({
    log: new DeltaChannel<string[], string[]>(
      (log, writes) => (writes as string[][]).reduce(append, log ?? []),
      { snapshotFrequency },
    ),
  }) as unknown as typeof plainLog;

type State = typeof plainLog.State;

const inner = (Log: typeof plainLog) =>
  new StateGraph(Log)
    .addNode("first", ({ log }) => ({ log: [`first after ${log.length}`] }))
    .addNode("asks", ({ log }) => ({ log: [`${interrupt(log.length)}`] }))
    .addEdge(START, "first")
    .addEdge("first", "asks");

/** Throws at each length of the log once. */
function failOnce() {
  const failed = new Set<number>();
  return ({ log }: State) => {
    if (failed.has(log.length)) return { log: [`second try after ${log.length}`] };
    failed.add(log.length);
    throw new Error("The first try fails.");
  };
}

/** A graph of these nodes, one after the other. What they do depends on the state only. */
function compile({ nodes, delta }: Act, checkpointer: BaseCheckpointSaver): Compiled {
  const Log = delta === 0 ? plainLog : deltaLog(delta);
  const work: Readonly<Record<Act["nodes"][number], unknown>> = {
    append: ({ log }: State) => ({ log: [`after ${log.length}`] }),
    ask: ({ log }: State) => ({ log: [`answer: ${interrupt(log.length)}`] }),
    "fan out": () => ({ log: ["fan out"] }),
    "fail once": failOnce(),
    within: inner(Log).compile(),
    remembering: inner(Log).compile({ checkpointer: true }),
  };
  const graph = new StateGraph(Log) as unknown as Graph;
  let last: string = START;
  for (const [i, kind] of nodes.entries()) {
    const name = `${kind} ${i}`;
    graph.addNode(name, work[kind]).addEdge(last, name);
    last = name;
    if (kind !== "fan out") continue;
    last = `work ${i}`;
    graph.addNode(last, ({ n }: { n: number }) => ({ log: [`work ${n}`] }));
    graph.addConditionalEdges(name, () => [3, 1, 2].map((n) => new Send(`work ${i}`, { n })));
  }
  return graph.addEdge(last, END).compile({ checkpointer });
}

/** Graphs that run over compared savers, and beside them over LangGraph's own. */
export class Graphs {
  readonly #compared: Compared;

  constructor(compared: Compared) {
    this.#compared = compared;
  }

  async run(id: string, act: Act): Promise<void> {
    const graph = compile(act, this.#compared);
    // It prunes nothing, so that what comes after a removal can't be compared with it.
    let reference: Compiled | undefined = compile(act, new MemorySaver());
    for (const action of act.actions) {
      if (action.what === "prune") {
        await this.#compared.prune(id, 1 + (action.at % 3));
        reference = undefined;
        continue;
      }
      const outcome = await perform(graph, id, action);
      this.#compared.assertEqualSoFar();
      if (reference === undefined) continue;
      deepStrictEqual(outcome, await perform(reference, id, action));
      deepStrictEqual(await historyOf(graph, id), await historyOf(reference, id));
    }
  }
}

/** @returns how it ended, by what does not differ from run to run */
async function perform(graph: Compiled, id: string, { what, at, text }: Action): Promise<string> {
  const history = await collect(graph.getStateHistory(thread(id)));
  const past = history[at % Math.max(1, history.length)]?.config;
  const work = async (): Promise<unknown> => {
    if (what === "resume") return graph.invoke(new Command({ resume: text }), thread(id));
    if (what === "go on") return graph.invoke(null, thread(id));
    if (what === "fork" && past !== undefined) return graph.invoke(null, past);
    if (what === "update" && past !== undefined) return graph.updateState(past, { log: [text] });
    return graph.invoke({ log: [text] }, thread(id));
  };
  return work().then(
    () => "done",
    (error: Error) => error.message,
  );
}

async function historyOf(graph: Compiled, id: string): Promise<object[]> {
  const history = await collect(graph.getStateHistory(thread(id)));
  return history.map(({ values, next, metadata, tasks }) => ({
    ...{ log: values.log, next, step: metadata?.step, source: metadata?.source },
    tasks: tasks.map(({ name, interrupts, error }) => ({
      ...{ name, failed: error !== undefined },
      asks: interrupts.map(({ value }) => value),
    })),
  }));
}
