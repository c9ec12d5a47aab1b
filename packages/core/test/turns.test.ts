import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Turns } from "@waypost/core";
import { describe, expect, it } from "vitest";

/** Work that notes when it begins and ends, and takes a few turns of the event loop. */
const noted = (notes: string[], name: string) => async () => {
  notes.push(`${name} begins`);
  await setImmediate();
  notes.push(`${name} ends`);
};

describe("turns on a shared session", () => {
  it("let work together overlap, and keep work alone apart from all before and after it", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    await Promise.all([
      turns.together(noted(notes, "a")),
      turns.together(noted(notes, "b")),
      turns.alone(noted(notes, "c")),
      turns.together(noted(notes, "d")),
    ]);
    expect(notes).toEqual([
      ...["a begins", "b begins", "a ends", "b ends"],
      ...["c begins", "c ends", "d begins", "d ends"],
    ]);
  });

  it.each(["alone", "together"] as const)("go on after work %s that fails", async (how) => {
    const turns = new Turns();
    const failed = turns[how](() => Promise.reject(new Error("no")));
    const next = turns.alone(async () => "next");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("next");
  });

  it.each(["alone", "together"] as const)("keep no result of work %s", async (how) => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const turns = new Turns();
    const seen: WeakRef<object>[] = [];
    for (let i = 0; i < 3; i++) {
      await turns[how](async () => {
        const rows = [{ i }];
        seen.push(new WeakRef(rows));
        return rows;
      });
    }
    await setImmediate(); // a WeakRef holds its object until the job that looked at it ends
    collect();
    expect(seen.filter((rows) => rows.deref() !== undefined)).toEqual([]);
    expect(turns).toBeDefined();
  });

  it("are the same for all savers of a session", () => {
    const session = {};
    expect(Turns.of(session)).toBe(Turns.of(session));
    expect(Turns.of(session)).not.toBe(Turns.of({}));
  });
});
