import type { RunnableConfig } from "@langchain/core/runnables";
import { type BaseCheckpointSaver, MemorySaver, uuid6 } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { withSaver } from "../database.ts";
import { collect, sendGraph, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";

const SENDS = "__pregel_tasks";
const THREAD = thread("old");
const PAUSED = { interruptBefore: ["work" as const] };

const without = <T>(fields: Record<string, T>): Record<string, T> => {
  const { [SENDS]: _, ...others } = fields;
  return others;
};

/** Stores a thread that stopped with sends as LangGraph stored it before format 4: as writes of the parent alone. */
async function storeOldThread(saver: BaseCheckpointSaver): Promise<void> {
  const memory = new MemorySaver();
  await sendGraph(memory, "plain").invoke({ log: ["in"] }, { ...THREAD, ...PAUSED });
  const tuples = (await collect(memory.list(THREAD))).reverse();
  for (const { checkpoint, metadata, parentConfig, pendingWrites = [] } of tuples) {
    const channel_versions = without(checkpoint.channel_versions);
    const channel_values = without(checkpoint.channel_values);
    const old = { ...checkpoint, v: 1, channel_values, channel_versions };
    const parent = parentConfig ?? { configurable: { ...THREAD.configurable, checkpoint_ns: "" } };
    const stored = await saver.put(parent, old, metadata as never, channel_versions);
    const tasks = new Set(pendingWrites.map(([task]) => task));
    for (const task of tasks) {
      const writes = pendingWrites.filter(([id]) => id === task);
      await saver.putWrites(
        stored,
        writes.map(([, channel, value]) => [channel, value]),
        task,
      );
    }
  }
}

/** Stores a second checkpoint beside the newest: of the same versions, as a fork of those days, but with other sends. */
async function storeFork(saver: BaseCheckpointSaver): Promise<RunnableConfig[]> {
  const tip = await saver.getTuple(THREAD);
  if (tip?.parentConfig === undefined || tip.metadata === undefined) throw new Error("no parent");
  const { parentConfig, metadata, checkpoint } = tip;
  const middle = await saver.getTuple(parentConfig);
  const old = {
    ...{ ...checkpoint, channel_values: without(checkpoint.channel_values) },
    channel_versions: without(checkpoint.channel_versions),
  };
  const parent = await saver.put(
    middle?.parentConfig ?? {},
    { ...(middle?.checkpoint ?? old), id: uuid6(-1) },
    metadata,
    {},
  );
  const send = { lg_name: "Send", node: "work", args: { name: "fork" } };
  await saver.putWrites(parent, [[SENDS, send]], "task");
  return [tip.config, await saver.put(parent, { ...old, id: uuid6(-1) }, metadata, {})];
}

type Update = readonly [values: { log: string[] } | null, as?: string];

const UPDATES: readonly (readonly [string, Update])[] = [
  ["a copy", [null, "__copy__"]],
  ["another input", [{ log: ["more"] }, "__input__"]],
  ["an empty update", [null]],
  ["an update of a node", [{ log: ["more"] }, "plan"]],
];

/** Threads of LangGraph before format 4, whose checkpoints have their pending sends in the writes of their parents. */
export function oldFormatCases(mode: Mode): void {
  describe(`${mode.name}: a thread that stopped with sends before format 4`, () => {
    it.each(UPDATES)("goes on after %s as in memory, and is sound", (_, [values, as]) =>
      withSaver(mode, async (saver) => {
        const outcomes = [];
        for (const target of [new MemorySaver(), saver]) {
          await storeOldThread(target);
          const graph = sendGraph(target, "plain");
          const before = (await graph.getState(THREAD)).next;
          await graph.updateState(THREAD, values, as as never);
          const { next } = await graph.getState(THREAD);
          const { log } = await graph.invoke(null, THREAD);
          outcomes.push({ before, next, log });
        }
        expect(outcomes[1]).toEqual(outcomes[0]);
        expect(outcomes[1]?.before).toEqual(Array(6).fill("work"));
        expect(await collect(saver.verify())).toEqual([]);
      }),
    );

    it("can be updated twice, and is sound", () =>
      withSaver(mode, async (saver) => {
        await storeOldThread(saver);
        const graph = sendGraph(saver, "plain");
        const { config } = await graph.getState(THREAD);
        for (const as of ["__input__", "__copy__", "__input__", "__copy__"] as const) {
          const values = as === "__input__" ? { log: ["more"] } : null;
          const updated = await graph.updateState(config, values, as);
          expect((await graph.getState(updated)).next).toContain("work");
        }
        expect(await collect(saver.verify())).toEqual([]);
      }));

    it.each(["__copy__", "__input__"])("keeps the sends of each fork apart after %s", (as) =>
      withSaver(mode, async (saver) => {
        await storeOldThread(saver);
        const graph = sendGraph(saver, "plain");
        const sends = [];
        for (const config of await storeFork(saver)) {
          const values = as === "__input__" ? { log: ["more"] } : null;
          const updated = await graph.updateState(config, values, as as never);
          sends.push((await saver.getTuple(updated))?.checkpoint.channel_values[SENDS]);
        }
        expect(sends).toMatchObject([
          Array.from({ length: 6 }, (_, i) => ({ args: { name: `w${i}` } })),
          [{ args: { name: "fork" } }],
        ]);
      }),
    );
  });
}
