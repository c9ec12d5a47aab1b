import { InvalidInputError, type ListOptions, type OperationEvent } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withClient, withSaver } from "../database.ts";
import { eventsOf } from "../events.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

const EVERYTHING = { configurable: {} };
const CURSOR = { fetch: "cursor" } as const satisfies ListOptions;
/** More than any mode of the suite has connections. */
const MANY = 10;

/** Two threads with shared and own values, writes, and a fork of another namespace. */
async function fill(saver: Saver): Promise<void> {
  for (const id of ["one", "two"]) {
    const configs = await putChain(saver, id, 45, (step) =>
      step % 7 === 0 ? { often: { id, step }, seldom: `at ${step}` } : { often: { id, step } },
    );
    for (const [i, config] of configs.entries()) {
      if (i % 5 === 0)
        await saver.putWrites(
          config,
          [
            ["log", i],
            ["log", [i]],
          ],
          `task ${i}`,
        );
    }
    const stored = checkpoint({ often: `inner ${id}` });
    const config = { configurable: { thread_id: id, checkpoint_ns: "inner" } };
    await saver.put(config, stored, METADATA, stored.channel_versions);
  }
}

export function streamingCases(mode: Mode): void {
  describe(`${mode.name}: streaming`, () => {
    it("refuses another way to fetch than pages and cursor", () =>
      withSaver(mode, async (saver) => {
        const listed = collect(saver.list(EVERYTHING, { fetch: "all" } as never));
        await expect(listed).rejects.toThrow(InvalidInputError);
        await expect(listed).rejects.toThrow('"cursor"');
      }));

    it("gives the connection back when the loop is left or throws", () =>
      withSaver(mode, async (saver) => {
        await fill(saver);
        for (let i = 0; i < MANY; i++) {
          for await (const _ of saver.list(EVERYTHING)) break;
          await expect(throwInside(saver, EVERYTHING, {})).rejects.toThrow("on purpose");
        }
        expect(await saver.getTuple(thread("one"))).toBeDefined();
      }));

    if (mode.cursor) cursorCases(mode);
    else {
      it("refuses a cursor and says what to use", () =>
        withSaver(mode, async (saver) => {
          await saver.put(thread("1"), checkpoint({}), METADATA, {});
          const listed = collect(saver.list(thread("1"), CURSOR));
          await expect(listed).rejects.toThrow(InvalidInputError);
          await expect(listed).rejects.toThrow(/fetch: "cursor" needs .*"pages"/);
          expect(await collect(saver.list(thread("1")))).toHaveLength(1);
        }));
    }
  });
}

async function throwInside(saver: Saver, config: object, options: ListOptions): Promise<void> {
  for await (const _ of saver.list(config, options)) throw new Error("on purpose");
}

function cursorCases(mode: Mode): void {
  // Over threads on several nodes there is none.
  const all = mode.distributed ? thread("one") : EVERYTHING;

  it("lists by cursor exactly what it lists by pages, whatever is selected", () =>
    withSaver(mode, async (saver) => {
      await fill(saver);
      const middle = (await collect(saver.list(thread("one"), { limit: 20 }))).at(-1);
      const before = middle?.config ?? {};
      const selections: [object, ListOptions][] = [
        [all, {}],
        [thread("two"), {}],
        [{ configurable: { thread_id: "one", checkpoint_ns: "" } }, {}],
        [{ configurable: { thread_id: "one", checkpoint_ns: "inner" } }, {}],
        [before, {}],
        [all, { limit: 0 }],
        [all, { limit: 47 }],
        [thread("one"), { before, limit: 3 }],
        [all, { filter: { step: 7 } }],
        [thread("none"), {}],
      ];
      for (const [config, options] of selections) {
        const paged = await collect(saver.list(config, options));
        expect(await collect(saver.list(config, { ...options, ...CURSOR }))).toEqual(paged);
      }
    }));

  it("tells listeners of a cursor once, when it was read, left, or has failed", () =>
    withSaver(mode, async (saver) => {
      await fill(saver);
      const events = await eventsOf<OperationEvent>("waypost.operation", async () => {
        await collect(saver.list(thread("one"), CURSOR));
        for await (const _ of saver.list(all, CURSOR)) break;
        await expect(throwInside(saver, all, CURSOR)).rejects.toThrow("on purpose");
      });
      const threadId = mode.distributed ? "one" : undefined;
      const listed = { operation: "list", tries: 1, statements: 1, errorCode: undefined };
      expect(events).toMatchObject([
        { ...listed, threadId: "one" },
        { ...listed, threadId },
        { ...listed, threadId },
      ]);
      const [whole, left] = events;
      expect(whole?.rows).toBeGreaterThan(46);
      expect(left?.rows).toBeLessThan(whole?.rows ?? 0);
      expect(whole?.bytes).toBeGreaterThan(46 * 100);
    }));

  it("gives the cursor's connection back when the loop is left or throws", () =>
    withSaver(mode, async (saver) => {
      await fill(saver);
      for (let i = 0; i < MANY; i++) {
        for await (const _ of saver.list(all, CURSOR)) break;
        await expect(throwInside(saver, all, CURSOR)).rejects.toThrow("on purpose");
      }
      expect(await collect(saver.list(thread("one"), CURSOR))).toHaveLength(46);
    }));

  it("gives the cursor's connection back after an error of the database", () =>
    withSaver(mode, async (saver, schema) => {
      await fill(saver);
      await withClient((other) =>
        other.query(`ALTER TABLE ${schema}.checkpoint_blobs RENAME TO b`),
      );
      for (let i = 0; i < MANY; i++) {
        const listed = collect(saver.list(all, CURSOR));
        await expect(listed).rejects.toMatchObject({ code: "42P01" });
      }
      await withClient((other) =>
        other.query(`ALTER TABLE ${schema}.b RENAME TO checkpoint_blobs`),
      );
      expect(await collect(saver.list(all, CURSOR))).toHaveLength(mode.distributed ? 46 : 92);
    }));

  it("sees one snapshot, also while the loop puts and deletes", () =>
    withSaver(mode, async (saver) => {
      await fill(saver);
      const expected = await collect(saver.list(all));
      const seen = [];
      for await (const tuple of saver.list(all, CURSOR)) {
        seen.push(tuple);
        if (seen.length === 1) await saver.deleteThread("one");
        await saver.put(tuple.config, checkpoint({}), METADATA, {});
      }
      expect(seen).toEqual(expected);
    }));

  it("runs several cursors at once", () =>
    withSaver(mode, async (saver) => {
      await fill(saver);
      const one = saver.list(thread("one"), CURSOR);
      const two = saver.list(thread("two"), CURSOR);
      for (let i = 0; i < 46; i++) {
        expect((await one.next()).value?.config.configurable?.thread_id).toBe("one");
        expect((await two.next()).value?.config.configurable?.thread_id).toBe("two");
      }
      expect(await Promise.all([one.next(), two.next()])).toMatchObject([
        { done: true },
        { done: true },
      ]);
    }));
}
