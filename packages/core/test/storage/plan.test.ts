import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LruCache } from "../../src/checkpoints/lru-cache.ts";
import { type IncrementalValue, type KnownValue, planIncremental } from "../../src/sharing/plan.ts";
import { edit, Stored, start, versions } from "./stored.ts";

/** What a saver remembers of a value that it stored. */
function knownAs(
  i: number,
  data: string | Uint8Array,
  plan: IncrementalValue | undefined,
): KnownValue {
  const known = {
    version: String(i),
    type: "json",
    data,
    segments: plan?.segments,
    end: plan?.end,
  };
  const isText = plan !== undefined && typeof data === "string";
  return isText ? { ...known, tail: plan.tail.toString().length } : known;
}

function replay(texts: readonly string[], isText: boolean): number {
  const stored = new Stored();
  let known: KnownValue | undefined;
  let incremental = 0;
  for (const [i, text] of texts.entries()) {
    const data = isText ? text : new Uint8Array(Buffer.from(text));
    const plan = known && planIncremental(known, "json", data);
    const isStored = plan !== undefined && stored.add(plan);
    // Nobody else writes, so what was remembered is so.
    expect(isStored).toBe(plan !== undefined);
    if (isStored) {
      const read = stored.read(plan, isText);
      expect(isText ? read : Buffer.from(read as Uint8Array)).toEqual(
        isText ? data : Buffer.from(data as Uint8Array),
      );
      incremental += 1;
    }
    known = knownAs(i, data, isStored ? plan : undefined);
  }
  return incremental;
}

describe("a plan of an incremental value", () => {
  it.each([true, false])("reads back as the value, whatever was edited (text: %s)", (isText) => {
    let incremental = 0;
    const property = fc.property(
      start,
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      (first, edits) => {
        incremental += replay(versions(first, edits), isText);
      },
    );
    fc.assert(property, { numRuns: 300 });
    expect(incremental).toBeGreaterThan(300);
  });

  it("of a value that grows continues one stream, in one segment", () => {
    let known: KnownValue = {
      version: "0",
      type: "json",
      data: `[${'"first",'.repeat(300)}"x"]`,
      segments: undefined,
    };
    for (let i = 1; i <= 50; i++) {
      const data = `${String(known.data).slice(0, -1)},"message ${i}"]`;
      const plan = planIncremental(known, "json", data);
      expect(plan?.segments).toHaveLength(1);
      // What both end with stays in the tail, and the rest of the text before it comes with the new one.
      const sent = plan?.parts.map(({ bytes }) => bytes.toString()).join("");
      if (i > 1) expect(sent).toBe(`","message ${i}`);
      expect(plan?.tail.toString()).toBe('"]');
      known = knownAs(i, data, plan);
    }
  });

  it("is written anew once it is in too many pieces", () => {
    let data = "abcdefgh".repeat(2500);
    let known: KnownValue = { version: "0", type: "json", data, segments: undefined };
    const counts: number[] = [];
    for (let i = 1; i <= 200; i++) {
      const at = (i * 7919) % data.length;
      data = `${data.slice(0, at)}<${i}>${data.slice(at)}`;
      const plan = planIncremental(known, "json", data);
      counts.push(plan?.segments.length ?? 0);
      known = { version: String(i), type: "json", data, segments: plan?.segments };
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(64);
    expect(counts.slice(5)).toContain(1);
  });
});

describe("the memory of a saver", () => {
  const value = (length: number): KnownValue => ({
    ...{ version: "1", type: "json", segments: undefined },
    data: "x".repeat(length),
  });

  it("holds what was used last, up to its size, however many threads there are", () => {
    const memory = new LruCache(100_000);
    const key = (thread: number, checkpointId?: string) => ({
      ...{ threadId: `${thread}`, checkpointNs: "", checkpointId },
    });
    const log = (length: number) => new Map([["log", value(length)]]);
    for (let i = 0; i < 10_000; i++) memory.set(key(i, "a"), log(9_000));
    const held = Array.from({ length: 10_000 }, (_, i) => memory.get(key(i))).filter(Boolean);
    expect(held).toHaveLength(11);
    expect(memory.get(key(9999, "a"))).toBe(memory.get(key(9999)));
    memory.set(key(9999, "b"), log(10));
    expect(memory.get(key(9999))).toEqual(log(10));
    memory.delete(key(9999, "a"));
    expect(memory.get(key(9999))).toEqual(log(10));
    memory.delete(key(9999, "b"));
    expect(memory.get(key(9999))).toBeUndefined();
    memory.set(key(1, "larger than all"), log(100_001));
    expect(memory.get(key(1))).toBeUndefined();
    expect(memory.get(key(9998))).toBeDefined();
  });
});
