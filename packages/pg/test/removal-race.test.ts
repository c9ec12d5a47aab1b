import type { RunnableConfig } from "@langchain/core/runnables";
import type { Checkpoint } from "@langchain/langgraph-checkpoint";
import {
  checkpoint,
  collect,
  databaseUrl,
  METADATA,
  rowsLeft,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it } from "vitest";

const message = (n: number) => ({ id: `${n}`, content: `message ${n} `.repeat(30) });

const FIRST = Array.from({ length: 20 }, (_, n) => message(-n));

/** The messages of a checkpoint and one more; now and then the first are taken out. */
function next(before: Checkpoint | undefined, n: number): Checkpoint {
  const { log = FIRST, other = n } = (before?.channel_values ?? {}) as {
    log?: object[];
    other?: number;
  };
  const rest = n % 7 === 6 ? log.slice(5) : log;
  const { channel_versions } = checkpoint({ log: rest, other });
  const versions = { other: before?.channel_versions.other ?? channel_versions.other };
  return checkpoint({ log: [...rest, message(n)], other }, {
    ...versions,
    log: channel_versions.log,
  } as Record<string, number>);
}

/** What was acknowledged: the values of each checkpoint, and of each thread the newest one. */
class Acknowledged {
  readonly values = new Map<string, Checkpoint["channel_values"]>();
  readonly newest = new Map<string, string>();

  add(id: string, { id: checkpointId, channel_values }: Checkpoint): void {
    this.values.set(checkpointId, channel_values);
    if (checkpointId > (this.newest.get(id) ?? "")) this.newest.set(id, checkpointId);
  }
}

/** Goes on from a thread's latest checkpoint, now and then from another one, and writes to it. */
async function write(saver: PgSaver, id: string, steps: number, all: Acknowledged): Promise<void> {
  for (let n = 0; n < steps; n++) {
    const [latest, ...older] = await collect(saver.list(thread(id), { limit: 4 }));
    const parent = n % 5 === 4 ? (older.at(-1) ?? latest) : latest;
    const child = next(parent?.checkpoint, n);
    const config: RunnableConfig = parent?.config ?? {
      configurable: { thread_id: id, checkpoint_ns: "" },
    };
    const { log } = child.channel_versions;
    const versions = parent === undefined ? child.channel_versions : { log };
    // Retention comes after a hundred steps.
    const step = n % 9 === 8 ? 100 : n;
    const metadata = { ...METADATA, step, run_id: n % 4 === 3 ? "gone" : "kept" };
    const stored = await saver.put(config, child, metadata, versions as Record<string, number>);
    all.add(id, child);
    await saver.putWrites(stored, [["log", message(n)]], `task ${n}`);
  }
}

/** Puts a thread of checkpoints, each the parent of the next. */
async function begin(saver: PgSaver, id: string, all: Acknowledged): Promise<void> {
  let config: RunnableConfig = { configurable: { thread_id: id, checkpoint_ns: "" } };
  let last: Checkpoint | undefined;
  for (let n = 0; n < 24; n++) {
    const child = next(last, n);
    const { log } = child.channel_versions;
    const versions = last === undefined ? child.channel_versions : { log };
    config = await saver.put(config, child, METADATA, versions as Record<string, number>);
    all.add(id, child);
    last = child;
  }
}

type Remove = (saver: PgSaver, id: string) => Promise<unknown>;
const replace: Remove = (saver, id) => saver.copyThread("source", id, { overwrite: true });
const erase: Remove = (saver, id) => saver.deleteThread(id);
const prune: Remove = (saver, id) => saver.prune([id], { keepLast: 4 });
const rewrite: Remove = (saver, threadId) =>
  saver.rewriteStorage("incremental", { threadIds: [threadId] });
const runs: Remove = (saver) => saver.deleteForRuns(["gone"]);
const sweep: Remove = (saver) => saver.sweep({ keepLast: 4 });

/** What goes on at once in a thread beside a run of it. */
const RACES: readonly (readonly Remove[])[] = [
  [erase],
  [replace],
  [replace, replace],
  [(saver, id) => saver.prune([id], { strategy: "delete" }), rewrite],
  [rewrite, prune],
  [rewrite, sweep, prune],
  [runs, rewrite, prune],
  [erase, replace, prune, runs],
];
const KEEPING: readonly Remove[] = [prune, rewrite, runs, sweep];
const ROUNDS = 3;

it("no removal beside others, puts, forks and writes loses what is kept or leaves what is erased", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max: 12 });
    const open = (options = {}) => new PgSaver(pool, { schema, ...options });
    const [saver, remover] = [open({ retention: { keepLast: 4 } }), open()];
    const [burying, reader] = [open({ tombstones: true }), open({ cacheBytes: 0 })];
    await saver.setup({ storage: "full" });
    const all = new Acknowledged();
    await write(saver, "source", 4, all);

    const soon = async (remove: Remove, id: string) => {
      for (let queries = Math.random() * 12; queries > 0; queries--) await pool.query("SELECT");
      await remove(remover, id);
    };
    const raceOf = async (removals: readonly Remove[], id: string) => {
      await begin(saver, id, all);
      await Promise.all([write(saver, id, 3, all), ...removals.map((one) => soon(one, id))]);
      const left = await collect(reader.list(thread(id)));
      for (const { checkpoint } of left) {
        expect(checkpoint.channel_values).toEqual(all.values.get(checkpoint.id));
      }
      if (!removals.every((one) => KEEPING.includes(one))) return;
      expect(left[0]?.checkpoint.id).toBe(all.newest.get(id));
    };
    const eraseOf = async (id: string) => {
      await begin(saver, id, all);
      await Promise.all([erase, rewrite, prune, sweep].map((one) => soon(one, id)));
      expect(await rowsLeft(schema, id)).toBe(0);
    };
    const buryOf = async (id: string) => {
      await write(burying, id, 3, all);
      const late = write(burying, id, 1000, new Acknowledged());
      const refused = expect(late).rejects.toMatchObject({ code: "WAYPOST_THREAD_DELETED" });
      await Promise.all([burying.deleteThread(id), soon(rewrite, id), soon(runs, id)]);
      await refused;
      expect(await rowsLeft(schema, id)).toBe(0);
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [n, removals] of RACES.entries()) await raceOf(removals, `${n} ${round}`);
      await eraseOf(`erased ${round}`);
      await buryOf(`buried ${round}`);
    }
    for (const id of all.newest.keys()) await remover.prune([id], { keepLast: 1 });
    await remover.sweep({ keepLast: 1 });
    expect(await collect(reader.verify())).toEqual([]);
    await pool.end();
  }));
