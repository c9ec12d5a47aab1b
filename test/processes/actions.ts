import type { Saver } from "@waypost/conformance";
import { collect } from "@waypost/conformance/graphs";
import { type Author, problemOf } from "./author.ts";
import type { Notes } from "./notes.ts";
import { KEEP_LAST, KEPT, PRUNED, RENEWED, TEMPLATE, type WorkerPlan } from "./plan.ts";

export interface Action {
  readonly name: string;
  act(saver: Saver): Promise<void>;
}

const STORAGES = ["incremental", "full"] as const;
/** More than any thread has: a sweep removes nothing then but what no checkpoint refers to. */
const ALL = 1_000_000;

const thread = (id: string) => ({ configurable: { thread_id: id, checkpoint_ns: "" } });

/** Chooses what a process does next. */
export function actionsOf(
  plan: WorkerPlan,
  notes: Notes,
  author: Author,
  random: () => number,
): () => Action {
  let count = 0;
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const ownName = (what: string) => `${what} ${plan.name} ${count++}`;
  const writable = [...KEPT, ...PRUNED, ...RENEWED];

  const remove = (id: string, work: () => Promise<unknown>, copyOf?: string) =>
    notes.during({ kind: "remove", thread: id, ...(copyOf === undefined ? {} : { copyOf }) }, work);

  const look = async (saver: Saver, id: string) => {
    for (const tuple of await collect(saver.list(thread(id), { limit: 5 }))) {
      const problem = problemOf(tuple);
      if (problem !== undefined) notes.find(`listed: ${problem}`);
    }
  };
  const weights: Record<string, readonly [number, Action["act"]]> = {
    write: [
      60,
      async (saver) => {
        await author.write(saver, oneOf(writable));
      },
    ],
    list: [6, (saver) => look(saver, oneOf(writable))],
    prune: [
      3,
      async (saver) => {
        await saver.prune([oneOf(PRUNED)], { keepLast: KEEP_LAST });
      },
    ],
    sweep: [
      1,
      async (saver) => {
        await saver.sweep({ keepLast: ALL });
      },
    ],
    "rewrite storage": [
      2,
      async (saver) => {
        const recent = await saver.listThreads({ limit: 10 });
        if (recent.length === 0) return;
        await saver.rewriteStorage(oneOf(STORAGES), { threadIds: [oneOf(recent).threadId] });
      },
    ],
    "switch storage": [1, (saver) => saver.setup({ storage: oneOf(STORAGES) })],
    "copy and delete": [
      1,
      async (saver) => {
        const copy = ownName("copy");
        await saver.copyThread(TEMPLATE, copy);
        await author.write(saver, copy);
        await look(saver, copy);
        await remove(copy, () => saver.deleteThread(copy));
      },
    ],
    "short thread": [
      2,
      async (saver) => {
        const short = ownName("short");
        for (let i = 0; i < 8; i++) await author.write(saver, short);
        await remove(short, () => saver.deleteThread(short));
      },
    ],
    "delete a run": [
      2,
      async (saver) => {
        const run = ownName("run");
        await author.write(saver, oneOf(KEPT), run);
        await author.write(saver, oneOf(KEPT), run);
        await notes.during({ kind: "remove run", run }, () => saver.deleteForRuns([run]));
      },
    ],
    renew: [plan.renews === undefined ? 0 : 8, (saver) => renew(saver, plan.renews as string)],
  };

  async function renew(saver: Saver, id: string): Promise<void> {
    const how = oneOf(["delete", "prune", "overwrite"]);
    if (how === "delete") await remove(id, () => saver.deleteThread(id));
    else if (how === "prune") await remove(id, () => saver.prune([id], { strategy: "delete" }));
    else await remove(id, () => saver.copyThread(TEMPLATE, id, { overwrite: true }), TEMPLATE);
  }

  const choices = Object.entries(weights).flatMap(([name, [weight, act]]) =>
    Array.from({ length: weight }, () => ({ name, act })),
  );
  return () => oneOf(choices);
}
