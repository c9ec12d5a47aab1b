import type { RunnableConfig } from "@langchain/core/runnables";
import { END } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { chainGraph, collect, nestedGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const INPUT = { log: ["in"] };
const ID = thread("1");

type Call = (saver: Saver) => Promise<unknown>;

const CALLS: readonly (readonly [string, Call])[] = [
  [
    "the metadata of invoke",
    (saver) => chainGraph(saver).invoke(INPUT, { ...ID, metadata: { user: "ann" } }),
  ],
  [
    "the metadata of withConfig",
    (saver) =>
      chainGraph(saver)
        .withConfig({ metadata: { user: "ann" } })
        .invoke(INPUT, ID),
  ],
  [
    "configurable",
    (saver) =>
      chainGraph(saver).invoke(INPUT, { configurable: { ...ID.configurable, user: "ann" } }),
  ],
  [
    "the metadata of updateState",
    (saver) => chainGraph(saver).updateState({ ...ID, metadata: { user: "ann" } }, INPUT, "a"),
  ],
];

class Thing {
  readonly name = "thing";
}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

/** What no `jsonb` holds, or what is more than a string, a number or a boolean. */
const OTHERS: Readonly<Record<string, unknown>> = {
  ...{
    function: () => "x",
    symbol: Symbol("x"),
    bigint: 1n,
    date: new Date(0),
    thing: new Thing(),
  },
  ...{ cycle, list: [1], object: { a: 1 }, nothing: null, undefined: undefined, nan: Number.NaN },
  ...{ infinite: Number.POSITIVE_INFINITY, nul: "a\0b", half: "\ud800", "nul\0 in key": 1 },
};

/** That of the listed thread. */
const metadataOf = async (saver: Saver) => (await saver.listThreads())[0]?.metadata;

export function runMetadataCases(mode: Mode): void {
  describe(`${mode.name}: metadata of a run`, () => {
    it.each(CALLS)("is found from %s", (_, call) =>
      withSaver(mode, async (saver) => {
        await call(saver);
        const filter = { user: "ann" };
        expect(await saver.listThreads({ filter })).toMatchObject([
          { threadId: "1", metadata: { user: "ann" } },
        ]);
        const all = await collect(saver.list(ID));
        expect(await collect(saver.list(ID, { filter }))).toEqual(all);
      }),
    );

    it("is not seen by graphs, which read what LangGraph stored", () =>
      withSaver(mode, async (saver) => {
        await chainGraph(saver).invoke(INPUT, { ...ID, metadata: { user: "ann" } });
        const own = { source: "loop", step: 2, parents: {} };
        expect((await saver.getTuple(ID))?.metadata).toEqual(own);
        expect((await collect(saver.list(ID)))[0]?.metadata).toEqual(own);
        expect(await metadataOf(saver)).toEqual({ ...own, user: "ann" });
      }));

    it("is stored with the checkpoints of subgraphs, and with those of its own run only", () =>
      withSaver(mode, async (saver) => {
        await nestedGraph(saver).invoke(INPUT, { ...ID, metadata: { turn: 1 } });
        const first = await collect(saver.list(ID));
        expect(new Set(first.map(({ config }) => config.configurable?.checkpoint_ns))).toEqual(
          new Set(["", "nested"]),
        );
        await nestedGraph(saver).invoke(INPUT, ID);
        expect(await collect(saver.list(ID, { filter: { turn: 1 } }))).toEqual(first);
      }));

    it("is strings, numbers and booleans; what else is passed ends no run and is not stored", () =>
      withSaver(mode, async (saver) => {
        const plain = { text: "ä \u{1f600}", empty: "", number: -1.5, yes: true, no: false };
        const graph = chainGraph(saver);
        const config = { ...ID, metadata: { ...OTHERS, ...plain } };
        const { log } = await graph.invoke(INPUT, config);
        expect(log).toEqual(["in", "a", "b"]);
        const own = { source: "loop", step: 2, parents: {} };
        expect(await metadataOf(saver)).toEqual({ ...own, ...plain });
        // LangGraph hands its metadata on as its own.
        await graph.updateState(config, null, END);
        expect((await graph.getState(ID)).metadata).toMatchObject({ source: "update", ...plain });
      }));

    it("is not what LangGraph keeps in a config, nor what looks like a secret there", () =>
      withSaver(mode, async (saver) => {
        const configurable = { ...ID.configurable, apiKey: "k", Auth_Token: "t", model: "m" };
        // Some of `configurable` is copied to `metadata` on its way.
        const metadata = { apiKey: "k", tokens: 5 };
        await nestedGraph(saver).invoke(INPUT, { configurable, metadata });
        const own = { source: "loop", step: 2, parents: {} };
        expect(await metadataOf(saver)).toEqual({ ...own, model: "m", tokens: 5 });
        const [inner] = await collect(
          saver.list(ID, { filter: { model: "m", tokens: 5, step: 1 } }),
        );
        expect(inner).toBeDefined();
      }));

    it("does not replace LangGraph's", () =>
      withSaver(mode, async (saver) => {
        const metadata = {
          ...{ source: "web", step: 99, parents: "none", thread_id: "2" },
          ...{ counters_since_delta_snapshot: 1, delta_writes_versioned: true },
        };
        await chainGraph(saver).invoke(INPUT, { ...ID, metadata });
        expect(await metadataOf(saver)).toEqual({ source: "loop", step: 2, parents: {} });
      }));

    it.each<[string, RunnableConfig]>([
      ["metadata.run_id", { metadata: { run_id: "run" } }],
      ["metadata.runId", { metadata: { runId: "run" } }],
      ["configurable.run_id", { configurable: { run_id: "run" } }],
      ["configurable.runId", { configurable: { runId: "run" } }],
    ])("names the run by %s, which deleteForRuns finds", (_, config) =>
      withSaver(mode, async (saver) => {
        await chainGraph(saver).invoke(INPUT, {
          ...config,
          configurable: { ...ID.configurable, ...config.configurable },
        });
        const own = { source: "loop", step: 2, parents: {} };
        expect(await metadataOf(saver)).toEqual(own);
        expect((await saver.deleteForRuns(["run"])).checkpoints).toBe(4);
      }),
    );

    it("names the run by the config's runId, where a saver is told it", () =>
      withSaver(mode, async (saver) => {
        await saver.put({ ...ID, runId: "run" }, checkpoint({}), METADATA, {});
        expect((await saver.deleteForRuns(["run"])).checkpoints).toBe(1);
      }));
  });
}
