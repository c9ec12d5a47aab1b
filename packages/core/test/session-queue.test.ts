import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SessionQueue } from "@waypost/core/adapter";
import { describe, expect, it } from "vitest";

/** Work that notes when it begins and ends, and takes a few turns of the event loop. */
const noted = (notes: string[], name: string) => async () => {
  notes.push(`${name} begins`);
  await setImmediate();
  notes.push(`${name} ends`);
};

describe("queue on a shared session", () => {
  it("let work together overlap, and keep work alone apart from all before and after it", async () => {
    const queue = new SessionQueue();
    const notes: string[] = [];
    await Promise.all([
      queue.together(noted(notes, "a")),
      queue.together(noted(notes, "b")),
      queue.alone(noted(notes, "c")),
      queue.together(noted(notes, "d")),
    ]);
    expect(notes).toEqual([
      ...["a begins", "b begins", "a ends", "b ends"],
      ...["c begins", "c ends", "d begins", "d ends"],
    ]);
  });

  it.each(["alone", "together"] as const)("go on after work %s that fails", async (how) => {
    const queue = new SessionQueue();
    const failed = queue[how](() => Promise.reject(new Error("no")));
    const next = queue.alone(async () => "next");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("next");
  });

  it.each(["alone", "together"] as const)("keep no result of work %s", async (how) => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const queue = new SessionQueue();
    const seen: WeakRef<object>[] = [];
    for (let i = 0; i < 3; i++) {
      await queue[how](async () => {
        const rows = [{ i }];
        seen.push(new WeakRef(rows));
        return rows;
      });
    }
    await setImmediate(); // a WeakRef holds its object until the job that looked at it ends
    collect();
    expect(seen.filter((rows) => rows.deref() !== undefined)).toEqual([]);
    expect(queue).toBeDefined();
  });

  it("are the same for all savers of a session", () => {
    const session = {};
    expect(SessionQueue.of(session)).toBe(SessionQueue.of(session));
    expect(SessionQueue.of(session)).not.toBe(SessionQueue.of({}));
  });

  it("are the same for all copies of the package", async () => {
    const copy: string = "../src/driver/session-queue.ts?copy";
    const { SessionQueue: Copy } = await import(copy);
    const session = {};
    expect(Copy).not.toBe(SessionQueue);
    expect(Copy.of(session)).toBe(SessionQueue.of(session));
  });
});
