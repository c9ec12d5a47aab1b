import type { RunnableConfig } from "@langchain/core/runnables";
import { expect } from "vitest";
import { checkpoint, METADATA, putChain } from "./checkpoints.ts";
import { collect, thread } from "./graphs.ts";
import type { Saver } from "./mode.ts";
import { rowsOf } from "./threads.ts";

/** Long enough for versions of a value that begin with it to share it. */
const LONG = "A long beginning, the same in all. ".repeat(50);
const log = (id: string, step: number) => [LONG, id, step];

/** A thread of three checkpoints: one value each, two writes at the last, and a run of its own. */
export async function prepareThread(saver: Saver, id: string): Promise<RunnableConfig> {
  const configs = await putChain(saver, id, 2, (step) => ({ log: log(id, step) }));
  const last = checkpoint({ log: log(id, 2) });
  const run = { metadata: { run_id: `run of ${id}` } };
  const stored = { ...configs[1], ...run };
  const config = await saver.put(stored, last, { ...METADATA, step: 2 }, last.channel_versions);
  const writes: [string, unknown][] = [
    ["log", id],
    ["other", id],
  ];
  await saver.putWrites(config, writes, "task", "path");
  return config;
}

const WHOLE = { checkpoints: 3, blobs: 3, writes: 2 };
const NOTHING = { checkpoints: 0, blobs: 0, writes: 0 };
const anHourAhead = () => new Date(Date.now() + 3_600_000);

/**
 * An operation on a thread that was prepared, and what must come of it.
 *
 * @param look the saver to look with, and to prepare with what the operation needs
 */
type Work = (saver: Saver, id: string, last: RunnableConfig, look: Saver) => Promise<void>;

export const OPERATIONS: Readonly<Record<string, Work>> = {
  setup: async (saver) => saver.setup(),
  async put(saver, id, last, look) {
    let next = checkpoint({ log: log(id, 3) });
    let config = await saver.put(last, next, METADATA, next.channel_versions);
    // The first is stored whole, the second as parts, the third shares them.
    for (const step of [4, 5]) {
      next = checkpoint({ log: log(id, step) });
      config = await saver.put(config, next, METADATA, next.channel_versions);
    }
    expect(await rowsOf(look, id)).toEqual({ checkpoints: 6, blobs: 6, writes: 2 });
    const first = `${id}, another`;
    await saver.put(thread(first), next, METADATA, next.channel_versions);
    expect(await rowsOf(look, first)).toEqual({ checkpoints: 1, blobs: 1, writes: 0 });
  },
  async putWrites(saver, id, last, look) {
    // Where values are whole, bytes within them have another form.
    await saver.putWrites(last, [["log", { bytes: Uint8Array.of(1) }]], "another task");
    expect((await look.getTuple(thread(id)))?.pendingWrites).toHaveLength(3);
    const early = checkpoint({});
    const config = { configurable: { ...thread(id).configurable, checkpoint_id: early.id } };
    await saver.putWrites(config, [["log", "early"]], "task");
    await look.put(last, early, METADATA, {});
    expect((await look.getTuple(thread(id)))?.pendingWrites).toEqual([["task", "log", "early"]]);
  },
  async getTuple(saver, id) {
    const tuple = await saver.getTuple(thread(id));
    expect(tuple?.checkpoint.channel_values).toEqual({ log: log(id, 2) });
    expect(tuple?.pendingWrites).toEqual([
      ["task", "log", id],
      ["task", "other", id],
    ]);
  },
  async list(saver, id) {
    const tuples = await collect(saver.list(thread(id)));
    const logs = tuples.map(({ checkpoint: { channel_values } }) => channel_values.log);
    expect(logs).toEqual([2, 1, 0].map((step) => log(id, step)));
  },
  async getDeltaChannelHistory(saver, id, last, look) {
    const config = await look.put(last, checkpoint({}), METADATA, {});
    const history = await saver.getDeltaChannelHistory({ config, channels: ["log"] });
    expect(history.log).toEqual({ writes: [["task", "log", id]], seed: log(id, 2) });
  },
  async listThreads(saver, id) {
    const threads = await saver.listThreads({ limit: 1000 });
    expect(threads.find(({ threadId }) => threadId === id)?.checkpoints).toBe(3);
  },
  async copyThread(saver, id, _, look) {
    await saver.copyThread(id, `${id}, a copy`);
    expect(await rowsOf(look, `${id}, a copy`)).toEqual(WHOLE);
  },
  async "copyThread with overwrite"(saver, id, _, look) {
    const target = `${id}, replaced`;
    await prepareThread(look, target);
    await saver.copyThread(id, target, { overwrite: true });
    const { channel_values } = (await look.getTuple(thread(target)))?.checkpoint ?? {};
    expect(channel_values).toEqual({ log: log(id, 2) });
  },
  async deleteThread(saver, id, _, look) {
    await saver.deleteThread(id);
    expect(await rowsOf(look, id)).toEqual(NOTHING);
  },
  async deleteThreads(saver, id, _, look) {
    expect(await saver.deleteThreads({ prefix: id })).toMatchObject({ deleted: 1, ...WHOLE });
    expect(await rowsOf(look, id)).toEqual(NOTHING);
  },
  async prune(saver, id) {
    expect(await saver.prune([id], { keepLast: 1 })).toMatchObject({
      checkpoints: 2,
      blobs: 2,
      writes: 0,
    });
  },
  async sweep(saver, id, _, look) {
    const { checkpoints } = await saver.sweep({ keepLast: 1, olderThan: anHourAhead() });
    expect(checkpoints).toBeGreaterThanOrEqual(2);
    expect(await rowsOf(look, id)).toEqual({ checkpoints: 1, blobs: 1, writes: 2 });
  },
  async deleteForRuns(saver, id) {
    const removed = await saver.deleteForRuns([`run of ${id}`]);
    expect(removed).toMatchObject({ checkpoints: 1, blobs: 1, writes: 2 });
  },
  async verify(saver, id) {
    expect(await collect(saver.verify({ threadIds: [id] }))).toEqual([]);
    expect(await collect(saver.verify())).toEqual([]);
  },
  async rewriteStorage(saver, id) {
    const threadIds = [id];
    expect(await saver.rewriteStorage("full", { threadIds })).toMatchObject({ values: 2 });
    expect(await saver.rewriteStorage("incremental", { threadIds })).toMatchObject({ values: 2 });
    await saver.rewriteStorage("incremental");
  },
  async "verify with repair"(saver, id) {
    expect(await collect(saver.verify({ threadIds: [id], repair: true }))).toEqual([]);
  },
};

/** Every operation that this connection can do, each on a thread of its own. */
export async function everyOperation(saver: Saver, prefix: string, cursor = false): Promise<void> {
  for (const [name, work] of Object.entries(OPERATIONS)) {
    const id = `${prefix}${name}`;
    await work(saver, id, await prepareThread(saver, id), saver);
  }
  if (!cursor) return;
  const id = `${prefix}cursor`;
  await prepareThread(saver, id);
  expect(await collect(saver.list(thread(id), { fetch: "cursor" }))).toEqual(
    await collect(saver.list(thread(id))),
  );
}
