import {
  Annotation,
  type BaseCheckpointSaver,
  Command,
  DeltaChannel,
  END,
  interrupt,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";

/** The log of a graph: each node appends what it did. */
const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (log, more) => [...log, ...more], default: () => [] }),
});

export const thread = (id: string) => ({ configurable: { thread_id: id } });

/** Two steps, `a` and `b`, each of which appends its name, or what `names` says at that time. */
export function chainGraph(checkpointer: BaseCheckpointSaver, names = { a: "a", b: "b" }) {
  return new StateGraph(Log)
    .addNode("a", () => ({ log: [names.a] }))
    .addNode("b", () => ({ log: [names.b] }))
    .addEdge(START, "a")
    .addEdge("a", "b")
    .addEdge("b", END)
    .compile({ checkpointer });
}

/** One step that answers the last entry, once `ready` has let it go on. */
export function replyGraph(checkpointer: BaseCheckpointSaver, ready: () => Promise<void>) {
  return new StateGraph(Log)
    .addNode("reply", async ({ log }) => {
      await ready();
      return { log: [`reply to ${log.at(-1)}`] };
    })
    .addEdge(START, "reply")
    .addEdge("reply", END)
    .compile({ checkpointer });
}

/** Resolves for everyone once `count` have asked. */
export function barrier(count: number): () => Promise<void> {
  let open = () => {};
  let waiting = 0;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    waiting += 1;
    if (waiting >= count) open();
    return opened;
  };
}

const appendAll = (log: string[], writes: unknown[]): string[] => [
  ...(log ?? []),
  ...(writes as string[][]).flat(),
];

/** A channel that stores writes, and its value only every `snapshotFrequency` updates. */
const deltaLog = (snapshotFrequency: number) =>
  Annotation.Root({
    log: new DeltaChannel<string[], string[]>(appendAll, { snapshotFrequency }),
  });

/** Appends one entry a turn to a delta channel. */
export function deltaGraph(checkpointer: BaseCheckpointSaver, snapshotFrequency = 1000) {
  return new StateGraph(deltaLog(snapshotFrequency))
    .addNode("reply", ({ log }) => ({ log: [`reply ${log.length}`] }))
    .addEdge(START, "reply")
    .addEdge("reply", END)
    .compile({ checkpointer });
}

/** Sends workers at once; each appends its name. The log is plain, or a delta channel. */
export function sendGraph(
  checkpointer: BaseCheckpointSaver,
  kind: "plain" | "delta",
  workerCount = 6,
) {
  const State = (kind === "plain" ? Log : deltaLog(1000)) as typeof Log;
  const workers = Array.from({ length: workerCount }, (_, i) => `w${i}`);
  return new StateGraph(State)
    .addNode("plan", () => ({ log: ["plan"] }))
    .addNode("work", (state) => ({ log: [(state as unknown as { name: string }).name] }))
    .addEdge(START, "plan")
    .addConditionalEdges("plan", () => workers.map((name) => new Send("work", { name })))
    .addEdge("work", END)
    .compile({ checkpointer });
}

/** Asks for approval in the middle, and appends the answer. */
export function approvalGraph(checkpointer: BaseCheckpointSaver) {
  return new StateGraph(Log)
    .addNode("before", () => ({ log: ["before"] }))
    .addNode("ask", () => ({ log: [`answer: ${interrupt("approve?")}`] }))
    .addNode("beside", () => ({ log: ["beside"] }))
    .addEdge(START, "before")
    .addEdge("before", "ask")
    .addEdge("before", "beside")
    .compile({ checkpointer });
}

/** Answers the question of `approvalGraph`. */
export const resumeWith = (answer: string) =>
  new Command<string, Record<string, never>, never>({ resume: answer });

/** As `approvalGraph`, but the question is asked by a graph within. */
export function nestedApprovalGraph(checkpointer: BaseCheckpointSaver) {
  const inner = new StateGraph(Log)
    .addNode("prepare", () => ({ log: ["prepared"] }))
    .addNode("ask", () => ({ log: [`answer: ${interrupt("approve?")}`] }))
    .addEdge(START, "prepare")
    .addEdge("prepare", "ask")
    .compile();
  return new StateGraph(Log)
    .addNode("outer", () => ({ log: ["outer"] }))
    .addNode("nested", inner)
    .addEdge(START, "outer")
    .addEdge("outer", "nested")
    .compile({ checkpointer });
}

/** Asks two questions at once, and appends the answers. */
export function twoQuestionsGraph(checkpointer: BaseCheckpointSaver) {
  const ask = (name: string) => () => ({ log: [`${name}: ${interrupt(`${name}?`)}`] });
  return new StateGraph(Log)
    .addNode("ask a", ask("a"))
    .addNode("ask b", ask("b"))
    .addEdge(START, "ask a")
    .addEdge(START, "ask b")
    .compile({ checkpointer });
}

/** One step, which fails as long as it is told to, beside one that does not. */
export function failingGraph(checkpointer: BaseCheckpointSaver, state: { fails: boolean }) {
  const work = () => {
    if (state.fails) throw new Error("it fails");
    return { log: ["worked"] };
  };
  return new StateGraph(Log)
    .addNode("work", work)
    .addNode("beside", () => ({ log: ["beside"] }))
    .addEdge(START, "work")
    .addEdge(START, "beside")
    .compile({ checkpointer });
}

/** A graph within a graph, the inner one with a memory of its own, and a step for each of its nodes. */
export function nestedGraph(checkpointer: BaseCheckpointSaver, innerNodes = 1) {
  const nodes = Array.from({ length: innerNodes }, (_, i) => {
    const node = ({ log }: { log: string[] }) => ({ log: [`inner after ${log.length}`] });
    return [`inner ${i}`, node] as const;
  });
  const inner = new StateGraph(Log).addSequence(nodes as never);
  const remembering = inner.addEdge(START, "inner 0" as never).compile({ checkpointer: true });
  return new StateGraph(Log)
    .addNode("outer", () => ({ log: ["outer"] }))
    .addNode("nested", remembering)
    .addEdge(START, "outer")
    .addEdge("outer", "nested")
    .compile({ checkpointer });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
