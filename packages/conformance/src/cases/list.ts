import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withSaver } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode } from "../mode.ts";

/** Counts what it decodes. */
class CountingSerializer extends JsonPlusSerializer {
  loads = 0;

  override loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    this.loads += 1;
    return super.loadsTyped(type, data);
  }
}

export function listCases(mode: Mode): void {
  describe(`${mode.name}: list`, () => {
    it("lists a long thread newest first, over many pages, and decodes each value once", async () => {
      const serde = new CountingSerializer();
      await withSaver(
        mode,
        async (saver) => {
          const configs = await putChain(saver, "1", 300, (step) =>
            step % 3 === 0 ? { often: step, seldom: `at ${step}` } : { often: step },
          );
          serde.loads = 0;
          const tuples = await collect(saver.list(thread("1")));
          expect(tuples.map((tuple) => tuple.config)).toEqual([...configs].reverse());
          expect(tuples[7]?.checkpoint.channel_values).toEqual({ often: 292, seldom: "at 291" });
          expect(tuples[299]?.checkpoint.channel_values).toEqual({ often: 0, seldom: "at 0" });
          expect(tuples[299]?.parentConfig).toBeUndefined();
          expect(tuples[0]?.parentConfig).toEqual(configs[298]);
          expect(serde.loads).toBe(300 + 100);
        },
        { serde },
      );
    });

    it("reads every value alike in a list and alone", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 25, (step) => ({ [`c${step % 4}`]: { step } }));
        for (const tuple of await collect(saver.list({ configurable: {} }))) {
          expect(tuple).toEqual(await saver.getTuple(tuple.config));
        }
      }));

    it("allows a put inside the loop, and does not list what it adds", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 30, () => ({}));
        let count = 0;
        for await (const { config } of saver.list(thread("1"))) {
          await saver.put(config, checkpoint({}), METADATA, {});
          count += 1;
        }
        expect(count).toBe(30);
        expect(await collect(saver.list(thread("1")))).toHaveLength(60);
      }));

    it("orders threads and namespaces with equal ids, so that no page repeats or skips one", () =>
      withSaver(mode, async (saver) => {
        const shared = checkpoint({});
        for (let i = 0; i < 35; i++) {
          const config = { configurable: { thread_id: `t${i % 7}`, checkpoint_ns: `n${i % 5}` } };
          await saver.put(config, shared, METADATA, {});
        }
        const keys = (await collect(saver.list({ configurable: {} }))).map((t) =>
          JSON.stringify(t.config),
        );
        expect(keys).toHaveLength(35);
        expect(new Set(keys).size).toBe(35);
      }));

    it("filters by metadata with JSON's own equality, whatever the keys are called", () =>
      withSaver(mode, async (saver) => {
        const metadata = { ...METADATA, "it's": { 'a"b': [1, null] }, n: 1 };
        await saver.put(thread("1"), checkpoint({}), metadata, {});
        await saver.put(thread("1"), checkpoint({}), METADATA, {});
        const count = async (filter: Record<string, unknown>) =>
          (await collect(saver.list(thread("1"), { filter }))).length;
        expect(await count({})).toBe(2);
        expect(await count({ "it's": { 'a"b': [1, null] } })).toBe(1);
        expect(await count({ n: 1, source: "loop" })).toBe(1);
        expect(await count({ n: "1" })).toBe(0);
        expect(await count({ "' OR true --": 1 })).toBe(0);
      }));

    it("lists nothing for a limit of 0, and stops exactly at a limit beyond a page", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "1", 30, () => ({}));
        for (const limit of [0, 1, 10, 11, 29, 30, 31]) {
          const found = await collect(saver.list(thread("1"), { limit }));
          expect(found).toHaveLength(Math.min(limit, 30));
        }
      }));
  });
}
