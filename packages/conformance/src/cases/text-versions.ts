import { type Checkpoint, MemorySaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { withSaver } from "../database.ts";
import {
  approvalGraph,
  chainGraph,
  collect,
  deltaGraph,
  nestedGraph,
  resumeWith,
  sendGraph,
  thread,
} from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const THREAD = thread("1");
const padded = (n: number) => String(n).padStart(32, "0");
const counted = (version: unknown) => Number.parseInt(String(version ?? 0), 10) + 1;

/** Versions as savers make them that took them over from Python's: those can be counted on. */
const countable = (current: unknown) =>
  `${padded(counted(current))}.${Math.random().toFixed(16).slice(2)}`;

/** A saver in memory whose versions are texts. */
class Texts extends MemorySaver {
  readonly #next: (current: unknown) => unknown;

  constructor(next: (current: unknown) => unknown) {
    super();
    this.#next = next;
  }

  override getNextVersion(current: number | undefined): number {
    return this.#next(current) as number;
  }
}

/** Stores all of a thread as another saver has it, in all namespaces. */
async function move(
  from: MemorySaver,
  to: Saver,
  seen?: Checkpoint["versions_seen"],
): Promise<void> {
  const tuples = (await collect(from.list(THREAD))).reverse();
  for (const { config, checkpoint, metadata, parentConfig, pendingWrites = [] } of tuples) {
    const root = { configurable: { ...config.configurable, checkpoint_id: undefined } };
    const parent = parentConfig ?? root;
    const versions = checkpoint.channel_versions;
    const changed = seen ? { ...checkpoint, versions_seen: seen } : checkpoint;
    const stored = await to.put(parent, changed, metadata as never, versions);
    for (const [task, channel, value] of pendingWrites) {
      await to.putWrites(stored, [[channel, value]], task);
    }
  }
}

type Graph = (saver: Saver) => ReturnType<typeof chainGraph>;

interface Story {
  readonly graph: Graph;
  readonly before: (graph: ReturnType<Graph>) => Promise<unknown>;
  readonly after: (graph: ReturnType<Graph>) => Promise<unknown>;
}

const turn = (input: string) => (graph: ReturnType<Graph>) =>
  graph.invoke({ log: [input] }, THREAD);
const middle = async (graph: ReturnType<Graph>) =>
  (await collect(graph.getStateHistory(THREAD))).find(({ next }) => next.includes("b" as never));
const pause = { interruptBefore: ["b" as const] };

/** What happens to a thread, first with one saver, and then with another. */
const STORIES: Readonly<Record<string, Story>> = {
  "a turn": { graph: chainGraph, before: turn("one"), after: turn("two") },
  "twelve turns": {
    graph: chainGraph,
    before: turn("one"),
    after: async (graph) => {
      for (let i = 0; i < 12; i++) await turn(`more ${i}`)(graph);
    },
  },
  "a pause between two nodes": {
    graph: chainGraph,
    before: (graph) => graph.invoke({ log: ["one"] }, { ...THREAD, ...pause }),
    after: async (graph) => {
      await graph.invoke(null, THREAD);
      await graph.invoke({ log: ["two"] }, { ...THREAD, ...pause });
      await graph.invoke(null, THREAD);
    },
  },
  "a question": {
    graph: approvalGraph as never,
    before: turn("one"),
    after: (graph) => graph.invoke(resumeWith("yes") as never, THREAD),
  },
  "pending sends": {
    graph: (saver) => sendGraph(saver, "plain") as never,
    before: (graph) =>
      graph.invoke({ log: ["one"] }, { ...THREAD, interruptBefore: ["work"] } as never),
    after: (graph) => graph.invoke(null, THREAD),
  },
  "a copy of pending sends": {
    graph: (saver) => sendGraph(saver, "plain") as never,
    before: (graph) =>
      graph.invoke({ log: ["one"] }, { ...THREAD, interruptBefore: ["work"] } as never),
    after: async (graph) =>
      graph.invoke(null, await graph.updateState(THREAD, null, "__copy__" as never)),
  },
  "a delta channel": {
    graph: (saver) => deltaGraph(saver, 3) as never,
    before: turn("one"),
    after: async (graph) => {
      for (const input of ["two", "three", "four"]) await turn(input)(graph);
    },
  },
  "a graph within": {
    graph: (saver) => nestedGraph(saver, 2) as never,
    before: turn("one"),
    after: turn("two"),
  },
  "a fork": {
    graph: chainGraph,
    before: turn("one"),
    after: async (graph) => {
      const fork = await graph.updateState((await middle(graph))?.config ?? {}, { log: ["fork"] });
      await graph.invoke(null, fork);
    },
  },
  "an update": {
    graph: chainGraph,
    before: turn("one"),
    after: async (graph) => {
      await graph.updateState(THREAD, { log: ["update"] });
      await turn("two")(graph);
    },
  },
};

/** All states of a thread, newest first, as far as they are the same whichever saver is asked. */
async function historyOf(graph: ReturnType<Graph>) {
  const states = await collect(graph.getStateHistory(THREAD));
  return states.map(({ values, next, metadata }) => ({ values, next, step: metadata?.step }));
}

interface Foreign {
  readonly next: (current: unknown) => unknown;
  readonly seen?: Checkpoint["versions_seen"];
  readonly problem: string;
}

const FOREIGN: Readonly<Record<string, Foreign>> = {
  "of Python's saver": {
    next: (current) => `${padded(counted(current))}.${Math.random()}`,
    problem: "written by Python's saver",
  },
  "without a fixed length": {
    next: (current) => String(counted(current)),
    problem: "a form that is not known",
  },
  "and of which nodes have seen numbers": {
    next: countable,
    seen: { a: { "branch:to:a": 1 } },
    problem: "some are texts",
  },
};

/** Threads of savers whose channel versions are texts. */
export function textVersionCases(mode: Mode): void {
  describe(`${mode.name}: a thread whose versions are texts`, () => {
    it.each(Object.entries(STORIES))("goes on after %s as in memory", (_, story) =>
      withSaver(mode, async (saver) => {
        const numbers = story.graph(new MemorySaver() as never);
        await story.before(numbers);
        await story.after(numbers);
        const memory = new Texts(countable);
        await story.before(story.graph(memory as never));
        await move(memory, saver);
        const graph = story.graph(saver);
        await story.after(graph);
        expect(await historyOf(graph)).toEqual(await historyOf(numbers));
        const { checkpoint } = (await saver.getTuple(THREAD)) ?? {};
        for (const version of Object.values(checkpoint?.channel_versions ?? {})) {
          expect(version).toMatch(/^\d{32}\.\d{16}$/);
        }
        expect(await collect(saver.verify())).toEqual([]);
      }),
    );

    it.each(Object.entries(FOREIGN))(
      "%s can be read, but not continued: no node runs",
      (_, { next, seen, problem }) =>
        withSaver(mode, async (saver) => {
          const memory = new Texts(next);
          await chainGraph(memory).invoke({ log: ["one"] }, { ...THREAD, ...pause });
          await move(memory, saver, seen);
          const before = await collect(saver.list(THREAD));
          const ran: string[] = [];
          const names = {
            a: "a",
            get b() {
              ran.push("b");
              return "b";
            },
          };
          const graph = chainGraph(saver, names);
          expect((await graph.getState(THREAD)).next).toEqual(["b"]);
          for (const [input, config] of [
            [null, THREAD],
            [{ log: ["two"] }, THREAD],
            [null, before[0]?.config ?? {}],
          ] as const) {
            await expect(graph.invoke(input as null, config)).rejects.toThrow(problem);
          }
          for (const [values, as] of [
            [{ log: ["x"] }, "a"],
            [{ log: ["x"] }, "__input__"],
            [null],
          ] as const) {
            await expect(graph.updateState(THREAD, values, as as never)).rejects.toThrow(problem);
          }
          expect(ran).toEqual([]);
          expect(await collect(saver.list(THREAD))).toEqual(before);
        }),
    );

    it("refuses a number among them before anything is stored", () =>
      withSaver(mode, async (saver) => {
        const memory = new Texts(countable);
        await chainGraph(memory).invoke({ log: ["one"] }, THREAD);
        await move(memory, saver);
        const tuple = await saver.getTuple(THREAD);
        const { checkpoint, config, metadata } = tuple as Required<NonNullable<typeof tuple>>;
        const channel_versions = { ...checkpoint.channel_versions, delta: 1.5 };
        const next = { ...checkpoint, id: `${checkpoint.id}x`, channel_versions };
        await expect(saver.put(config, next, metadata, { delta: 1.5 })).rejects.toMatchObject({
          code: "WAYPOST_INVALID_INPUT",
        });
        expect((await saver.getTuple(THREAD))?.config).toEqual(config);
      }));
  });
}
