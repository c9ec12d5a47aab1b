import { InvalidInputError } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

export const LOCKED = { code: "WAYPOST_THREAD_LOCKED" };
const AT_ONCE = { wait: false };

/** Citus keeps the session of a node as long as a transaction is open, for which a lock needs a connection. */
export const keepsNoLock = ({ distributed, single }: Mode) => distributed && single;

/** Eight runs of one thread at once, over these savers in turn; each run needs what the one before has left. */
export async function runEight(savers: readonly [Saver, ...Saver[]]): Promise<void> {
  let running = 0;
  const run = async (i: number) => {
    const saver = savers[i % savers.length] as Saver;
    await using lock = await saver.threadLock("1");
    running += 1;
    expect(running).toBe(1);
    const config = { ...thread("1"), signal: lock.signal };
    await chainGraph(saver).invoke({ log: [`${i}`] }, config);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, (_, i) => run(i)));
  const { log } = (await chainGraph(savers[0]).getState(thread("1"))).values;
  expect(log.filter((entry: string) => !"ab".includes(entry)).sort()).toEqual([..."01234567"]);
  expect(log).toHaveLength(8 * 3);
}

/** What a lock does within one saver. */
export function lockCases(mode: Mode): void {
  describe(`${mode.name}: locks of threads`, () => {
    it("refuses what it can't use, before it asks the server", () =>
      withSaver(mode, async (saver) => {
        const refused = [
          saver.threadLock(""),
          saver.threadLock("1", { wait: "yes" as never }),
          saver.threadLock("1", { signal: {} as never }),
          saver.threadLock("1", null as never),
        ];
        for (const lock of refused) await expect(lock).rejects.toThrow(InvalidInputError);
      }));

    if (mode.poolOfOne) {
      it("are refused, as the runs would wait for the connection", () =>
        withSaver(mode, async (saver) => {
          await expect(saver.threadLock("1")).rejects.toThrow(/connection of its own/);
        }));
      return;
    }

    if (keepsNoLock(mode)) {
      it("are refused, as the connection keeps no session of the thread's node", () =>
        withSaver(mode, async (saver) => {
          await expect(saver.threadLock("1")).rejects.toThrow(/Citus/);
        }));
      return;
    }

    it("let one run at a time go on, of eight at once", () =>
      withSaver(mode, (saver) => runEight([saver])));

    it("are refused at once to those who do not wait, also to the same saver", () =>
      withSaver(mode, async (saver) => {
        const lock = await saver.threadLock("1");
        const second = saver.threadLock("1", AT_ONCE);
        await expect(second).rejects.toMatchObject({
          ...LOCKED,
          message: expect.stringMatching(/"1".*try again.*wait: true/),
        });
        await lock[Symbol.asyncDispose]();
        await using _ = await saver.threadLock("1", AT_ONCE);
        await lock[Symbol.asyncDispose](); // a second time it frees nothing
        await expect(saver.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
      }));

    it("are given in the order in which they were asked for", () =>
      withSaver(mode, async (saver) => {
        const order: number[] = [];
        const first = await saver.threadLock("1");
        const others = [1, 2, 3].map(async (i) => {
          await using _ = await saver.threadLock("1");
          order.push(i);
        });
        await first[Symbol.asyncDispose]();
        await Promise.all(others);
        expect(order).toEqual([1, 2, 3]);
      }));

    it("of other threads and schemas are free", () =>
      withSaver(mode, (saver) =>
        withSaver(mode, async (other) => {
          await using _one = await saver.threadLock("1", AT_ONCE);
          await using _two = await saver.threadLock("2", AT_ONCE);
          const lock = await other.threadLock("1", AT_ONCE);
          await lock[Symbol.asyncDispose]();
        }),
      ));

    it("hold up nothing else, many of them together", () =>
      withSaver(mode, async (saver) => {
        const ids = Array.from({ length: 10 }, (_, i) => `${i}`);
        const locks = await Promise.all(ids.map((id) => saver.threadLock(id)));
        await Promise.all(ids.map((id) => putChain(saver, id, 3, () => ({ log: id }))));
        expect(await saver.prune(ids, { keepLast: 1 })).toMatchObject({ checkpoints: 20 });
        await saver.copyThread("1", "copy");
        await saver.deleteThread("2");
        expect(await collect(saver.list(thread("copy")))).toHaveLength(1);
        for (const lock of locks) {
          expect(lock.signal.aborted).toBe(false);
          await lock[Symbol.asyncDispose]();
        }
        await saver.put(thread("1"), checkpoint({}), METADATA, {});
      }));

    it("end the waiting with the reason of the signal, and leave nothing behind", () =>
      withSaver(mode, async (saver) => {
        const reason = new Error("enough");
        await expect(saver.threadLock("1", { signal: AbortSignal.abort(reason) })).rejects.toBe(
          reason,
        );
        const lock = await saver.threadLock("1");
        const control = new AbortController();
        const waiting = saver.threadLock("1", { signal: control.signal });
        const next = saver.threadLock("1");
        control.abort(reason);
        await expect(waiting).rejects.toBe(reason);
        await lock[Symbol.asyncDispose]();
        await (await next)[Symbol.asyncDispose]();
        await using _ = await saver.threadLock("1", AT_ONCE);
      }));
  });
}
