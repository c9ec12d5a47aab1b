import {
  Annotation,
  type BaseCheckpointSaver,
  DeltaChannel,
  Send,
  START,
  StateGraph,
  UntrackedValueChannel,
} from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";

class Client {
  readonly query = () => "row";
}

const sum = { reducer: (a: number, b: number) => a + b, default: () => 0 };
const Tracked = Annotation.Root({
  n: Annotation<number>(sum),
  kept: Annotation<unknown>(),
  size: Annotation<unknown>({ reducer: (_, value) => typeof value, default: () => "" }),
  log: () => new DeltaChannel<unknown[]>((log, writes) => [...log, ...writes.flat()]),
});
const State = Annotation.Root({ ...Tracked.spec, client: () => new UntrackedValueChannel() });
const Ready = Annotation.Root({
  ...State.spec,
  client: () => new UntrackedValueChannel({ initialValueFactory: () => new Client() }),
});

type Values = typeof State.State;

/** Says with which of its graph's nodes it was called, and whether with the client. */
const seen = (n: number) => (state: Partial<Values>) => ({ n: state.client ? n : n * 10 });

function chain(checkpointer: BaseCheckpointSaver, state: typeof State = State) {
  return new StateGraph(state).addNode("a", seen(1)).addEdge(START, "a").compile({ checkpointer });
}

function sending(checkpointer: BaseCheckpointSaver, args: (state: Values) => object) {
  return new StateGraph(State)
    .addNode("a", () => ({ n: 0 }))
    .addNode("worker", seen(1))
    .addEdge(START, "a")
    .addConditionalEdges("a", (state) => [new Send("worker", args(state))], ["worker"])
    .compile({ checkpointer });
}

/** @param inner the state of the subgraph, which may lack the channels that its parent has */
function nested(checkpointer: BaseCheckpointSaver, inner: typeof State, outer = State) {
  const sub = new StateGraph(inner).addNode("x", seen(1)).addEdge(START, "x").compile();
  return new StateGraph(outer)
    .addNode("before", () => ({}))
    .addNode("sub", sub)
    .addEdge(START, "before")
    .addEdge("before", "sub")
    .compile({ checkpointer, interruptBefore: ["sub"] });
}

const CLIENTS: readonly [string, unknown][] = [
  ["a function", () => 1],
  ["an object of a class", new Client()],
];

/** What LangGraph keeps nothing of ends no run, whatever it is; all else is stored or refused. */
export function untrackedCases(mode: Mode): void {
  describe(`${mode.name}: a channel that LangGraph never stores`, () => {
    for (const [kind, client] of CLIENTS) endsNoRun(mode, kind, client);
    refusals(mode);
  });
}

function endsNoRun(mode: Mode, kind: string, client: unknown): void {
  it(`may hold ${kind}: in the input, and in a checkpoint of it that is gone back to`, () =>
    withSaver(mode, async (saver) => {
      const graph = chain(saver);
      expect((await graph.invoke({ n: 1, client }, thread("1"))).n).toBe(2);
      const history = await collect(saver.list(thread("1")));
      const input = history.at(-1);
      expect(input?.checkpoint.channel_values.__start__).toEqual({ n: 1 });
      expect((await graph.invoke(null, input?.config)).n).toBe(11);
    }));

  it(`may hold ${kind}: in what is sent to nodes`, () =>
    withSaver(mode, async (saver) => {
      const graph = sending(saver, (state) => ({ ...state }));
      expect((await graph.invoke({ n: 1, client }, thread("1"))).n).toBe(2);
      // With the writes of the node that sends: they are stored like a task's.
      await graph.updateState(thread("1"), { n: 5, client }, "a");
      expect((await graph.invoke(null, thread("1"))).n).toBe(17);
    }));

  it(`may hold ${kind}: in a subgraph with or without such a channel`, () =>
    withSaver(mode, async (saver) => {
      for (const [id, inner] of Object.entries({ with: State, without: Tracked as never })) {
        const graph = nested(saver, inner);
        await graph.invoke({ n: 0, client }, thread(id));
        // The state that a run continues from has no client.
        expect((await graph.invoke(null, thread(id))).n).toBe(10);
        const ready = nested(saver, inner, Ready as never);
        await ready.invoke({ n: 0 }, thread(`${id} at once`));
        const { n } = await ready.invoke(null, thread(`${id} at once`));
        expect(n).toBe(id === "with" ? 1 : 10);
      }
    }));

  it(`may hold ${kind}: in an update of the state, whether it was ever written or not`, () =>
    withSaver(mode, async (saver) => {
      const graph = chain(saver);
      await graph.invoke({ n: 1 }, thread("1"));
      await graph.updateState(thread("1"), { n: 5, client }, "a");
      expect((await graph.getState(thread("1"))).values.n).toBe(16);
      await graph.updateState(thread("1"), { n: 1, client }, "__input__");
      expect((await graph.invoke(null, thread("1"))).n).toBe(27);
    }));
}

function refusals(mode: Mode): void {
  const fn = () => 1;

  it("does not keep what can't be stored of other channels from being refused: in the input", () =>
    withSaver(mode, async (saver) => {
      const graph = chain(saver);
      const run = graph.invoke({ n: 1, kept: fn, client: fn }, thread("1"));
      await expect(run).rejects.toThrow(
        'Can\'t store channel "__start__". value.kept is a function',
      );
      expect(await saver.getTuple(thread("1"))).toBeUndefined();
    }));

  it("nor in what is sent to nodes", () =>
    withSaver(mode, async (saver) => {
      const graph = sending(saver, () => ({ kept: fn }));
      const run = graph.invoke({ n: 1 }, thread("1"));
      await expect(run).rejects.toThrow(/args\.kept is a function/);
    }));

  it.each([
    ["one that keeps the value", { kept: fn }, "kept"],
    ["one whose reducer makes another of it", { size: fn }, "size"],
    ["one that is rebuilt from what was written to it", { log: [fn] }, "log"],
  ])("nor in an update of the state, of %s", async (_, values, channel) =>
    withSaver(mode, async (saver) => {
      const graph = chain(saver);
      await graph.invoke({ n: 1, log: ["a"] }, thread("1"));
      const before = await graph.getState(thread("1"));
      const update = graph.updateState(thread("1"), { n: 5, client: fn, ...values }, "a");
      await expect(update).rejects.toThrow(`channel "${channel}"`);
      expect((await graph.getState(thread("1"))).config).toEqual(before.config);
      // And what can be stored goes on from there.
      await graph.updateState(thread("1"), { n: 5, log: ["b"], client: fn }, "a");
      const { n, log } = (await graph.getState(thread("1"))).values;
      expect({ n, log }).toEqual({ n: 16, log: ["a", "b"] });
    }),
  );
}
