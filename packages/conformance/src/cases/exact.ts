import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { collect, deltaGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

/** A decoder of text may take it for the mark of an encoding, and drop it. */
const MARK = "\ufeff";
const LONG = "x".repeat(3000);
const OTHER = "y".repeat(3000);

/** Lengths around those that blocks, buffers and parts of shared values have. */
const LENGTHS = [0, 1, 2, 3, 4, 63, 64, 65, 1023, 1024, 1025, 4095, 4096, 4097, 65_535, 65_537];

/** Bytes of every value, with zeros at both ends and in between. */
const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i === length - 1 ? 0 : i % 256));

/** States of one channel, each edited so that what is new of it begins with the mark. */
const EDITED: Readonly<Record<string, readonly unknown[]>> = {
  "a text": [MARK + LONG, `${MARK}${LONG}${MARK}`],
  "the middle of a text": [LONG + OTHER, `${LONG}${OTHER}1`, `${LONG}${MARK}new${OTHER}1`],
  "the end of a text": [LONG, LONG + MARK, `${LONG}more${MARK}`],
  "a new item": [[LONG], [LONG, MARK + OTHER]],
  "an item in the middle": [
    [LONG, OTHER],
    [LONG, OTHER, "1"],
    [LONG, `${MARK}edited${OTHER}`, OTHER, "1"],
  ],
  "a file by its name": [
    { a: LONG, b: "" },
    { a: LONG, b: "", c: OTHER },
    { a: LONG, b: `${MARK}id;name`, c: OTHER },
  ],
};

/** The latest as the saver remembers it, and all as they are stored: `list` remembers nothing. */
async function expectRead(saver: Saver, id: string, states: readonly unknown[]): Promise<void> {
  const latest = await saver.getTuple(thread(id));
  expect(latest?.checkpoint.channel_values.value).toEqual(states.at(-1));
  const listed = await collect(saver.list(thread(id)));
  expect(listed.map((tuple) => tuple.checkpoint.channel_values.value).reverse()).toEqual(states);
}

/** Nothing on the way between the saver and the server may change what is stored or read. */
export function exactCases(mode: Mode): void {
  describe(`${mode.name}: exactly`, () => {
    it("bytes of any length and value come back, stored whole and shared", () =>
      withSaver(
        mode,
        async (saver) => {
          const all = LENGTHS.map((length): [string, Uint8Array] => [`${length}`, bytesOf(length)]);
          const values = Object.fromEntries(all);
          const stored = checkpoint(values);
          const config = await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
          await saver.putWrites(config, all, "task");
          const tuple = await saver.getTuple(thread("1"));
          expect(tuple?.checkpoint.channel_values).toEqual(values);
          expect(tuple?.pendingWrites).toEqual(all.map(([name, value]) => ["task", name, value]));
        },
        { cacheBytes: 0 },
      ));

    it("bytes that grow come back in every version", () =>
      withSaver(mode, async (saver) => {
        const states = [2000, 2001, 5000, 5003, 9000].map(bytesOf);
        await putChain(saver, "1", states.length, (step) => ({ value: states[step] }));
        await expectRead(saver, "1", states);
      }));

    it.each(Object.entries(EDITED))("a mark in %s comes back", (_, states) =>
      withSaver(mode, async (saver) => {
        await putChain(saver, `${MARK}1`, states.length, (step) => ({ value: states[step] }));
        await expectRead(saver, `${MARK}1`, states);
      }),
    );

    it("a mark before thread, namespace, channel, task and path comes back", () =>
      withSaver(mode, async (saver) => {
        const names = { thread_id: `${MARK}1`, checkpoint_ns: `${MARK}child` };
        const stored = checkpoint({ [`${MARK}channel`]: `${MARK}value` });
        const put = { configurable: names };
        const config = await saver.put(put, stored, METADATA, stored.channel_versions);
        const writes: [string, unknown][] = [[`${MARK}channel`, MARK]];
        await saver.putWrites(config, writes, `${MARK}task`, `${MARK}path`);
        const listed = await collect(saver.list({ configurable: {} }));
        for (const tuple of [await saver.getTuple(put), ...listed]) {
          expect(tuple?.config.configurable).toEqual({ ...names, checkpoint_id: stored.id });
          expect(tuple?.checkpoint).toEqual(stored);
          expect(tuple?.pendingWrites).toEqual([[`${MARK}task`, `${MARK}channel`, MARK]]);
        }
        expect(listed).toHaveLength(1);
        expect(await saver.getTuple(thread("1"))).toBeUndefined();
      }));

    it("a thread with a mark goes on where it was, also a channel of deltas", () =>
      withSaver(mode, async (saver) => {
        const graph = deltaGraph(saver);
        const id = thread(`${MARK}user`);
        await graph.invoke({ log: [`${MARK}one`] }, id);
        const { log } = await graph.invoke({ log: [`${MARK}two`] }, id);
        expect((await graph.getState(id)).values.log).toEqual(log);
        expect(log).toEqual(expect.arrayContaining([`${MARK}one`, `${MARK}two`]));
        expect((await saver.listThreads()).map((t) => t.threadId)).toEqual([`${MARK}user`]);
      }));
  });
}
