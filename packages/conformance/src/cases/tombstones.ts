import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { urlOf, withSaver } from "../database.ts";
import { chainGraph, collect, nestedGraph, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { rowsOf } from "../threads.ts";

const NO_ROWS = { checkpoints: 0, blobs: 0, writes: 0 };
const REFUSED = { code: "WAYPOST_THREAD_DELETED" };

export function tombstoneCases(mode: Mode): void {
  const withTombstones = (work: (saver: Saver, schema: string) => Promise<void>) =>
    withSaver(mode, work, { tombstones: true });

  describe(`${mode.name}: tombstones`, () => {
    it("refuse what a run still writes to a thread that was deleted", () =>
      withTombstones(async (saver) => {
        const [config] = await putChain(saver, "1", 1, (step) => ({ step }));
        await saver.putWrites(config ?? {}, [["step", 1]], "task");
        await saver.deleteThread("1");
        const late = checkpoint({ step: 1 });
        const put = () => saver.put(config ?? {}, late, METADATA, late.channel_versions);
        await expect(put()).rejects.toMatchObject(REFUSED);
        const write = () => saver.putWrites(config ?? {}, [["step", 1]], "task");
        await expect(write()).rejects.toMatchObject(REFUSED);
        expect(await rowsOf(saver, "1")).toEqual(NO_ROWS);
      }));

    it("refuse new runs of it, copies to it, and the state of its subgraphs", () =>
      withTombstones(async (saver) => {
        await nestedGraph(saver).invoke({ log: ["in"] }, thread("1"));
        await saver.deleteThread("1");
        await saver.deleteThread("1");
        const root = checkpoint({});
        for (const checkpoint_ns of ["", "nested"]) {
          const config = { configurable: { thread_id: "1", checkpoint_ns } };
          await expect(saver.put(config, root, METADATA, {})).rejects.toMatchObject(REFUSED);
        }
        await chainGraph(saver).invoke({ log: ["in"] }, thread("2"));
        await expect(saver.copyThread("2", "1")).rejects.toMatchObject(REFUSED);
        expect(await rowsOf(saver, "1")).toEqual(NO_ROWS);
      }));

    it("leave threads alone that were not deleted, and writes that come before their checkpoint", () =>
      withTombstones(async (saver) => {
        await saver.deleteThread("other");
        await chainGraph(saver).invoke({ log: ["in"] }, thread("1"));
        const [latest] = await collect(saver.list(thread("1")));
        const next = checkpoint({});
        const config = { configurable: { ...latest?.config.configurable, checkpoint_id: next.id } };
        await saver.putWrites(config, [["log", ["early"]]], "task");
        await saver.putWrites(config, [], "none");
        await saver.put(latest?.config ?? {}, next, METADATA, {});
        expect((await saver.getTuple(thread("1")))?.pendingWrites).toHaveLength(1);
      }));

    it("store more writes than one statement can bind, or none of them", () =>
      withTombstones(async (saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({}));
        const many = Array.from({ length: 17_000 }, (_, i): [string, unknown] => ["log", i]);
        await saver.putWrites(config ?? {}, many, "task");
        expect((await rowsOf(saver, "1")).writes).toBe(17_000);
        await saver.deleteThread("1");
        const write = saver.putWrites(config ?? {}, many, "task");
        await expect(write).rejects.toMatchObject(REFUSED);
        const channels = Object.fromEntries(many.map(([, i]) => [`channel ${i}`, i]));
        const wide = checkpoint(channels);
        const put = saver.put(config ?? {}, wide, METADATA, wide.channel_versions);
        await expect(put).rejects.toMatchObject(REFUSED);
        expect(await rowsOf(saver, "1")).toEqual(NO_ROWS);
      }));

    it("are not needed for a thread to begin anew where the option is off", () =>
      withSaver(mode, async (saver) => {
        const [config] = await putChain(saver, "1", 1, (step) => ({ step }));
        await saver.deleteThread("1");
        const late = checkpoint({ step: 1 });
        await saver.put(config ?? {}, late, METADATA, late.channel_versions);
        expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(late);
      }));

    if (!mode.begin && !mode.embedded) raceCase();

    it("refuse an option that is no switch", () =>
      expect(withSaver(mode, async () => {}, { tombstones: "yes" as never })).rejects.toThrow(
        '"tombstones"',
      ));
  });

  function raceCase() {
    it("leave nothing behind while many runs write to threads that are deleted", () =>
      withTombstones(async (saver, schema) => {
        const other = await mode.open(urlOf(mode), { schema, tombstones: true });
        const ids = Array.from({ length: 15 }, (_, i) => `thread ${i}`);
        const write = async (id: string) => {
          for (let i = 0; ; i++) {
            const config = { configurable: { thread_id: id, checkpoint_ns: `${i % 3}` } };
            const root = checkpoint({ i });
            const next = checkpoint({ i: i + 1 });
            const parent = await saver.put(config, root, METADATA, root.channel_versions);
            await Promise.all([
              saver.putWrites(parent, [["i", i]], "task"),
              saver.put(parent, next, METADATA, next.channel_versions),
            ]);
          }
        };
        const remove = async (id: string) => {
          while ((await other.saver.listThreads()).every(({ threadId }) => threadId !== id));
          await other.saver.deleteThread(id);
        };
        for (const id of ids) {
          const [written] = await Promise.allSettled([write(id), remove(id)]);
          expect(written).toMatchObject({ status: "rejected", reason: REFUSED });
        }
        await other.close();
        for (const id of ids) expect(await rowsOf(saver, id)).toEqual(NO_ROWS);
      }));
  }
}
