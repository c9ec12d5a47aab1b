import type { RunnableConfig } from "@langchain/core/runnables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, withSaver } from "../database.ts";
import { thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { CountingProxy } from "../wire.ts";

/** More than the 65,535 parameters of one statement hold. */
const MANY = 17_000;

/** What is too much for one statement. */
export function limitCases(mode: Mode): void {
  describe(`${mode.name}: limits of a statement`, () => {
    const { transactionOverhead: overhead = 2 } = mode;
    let proxy: CountingProxy;
    beforeAll(async () => {
      proxy = await CountingProxy.to(databaseUrl());
    });
    afterAll(() => proxy.close());

    const withCounted = (work: (saver: Saver) => Promise<void>) =>
      withSaver(
        mode,
        async (saver) => {
          await saver.getTuple(thread("connects")); // a connection is opened at the first use
          await work(saver);
        },
        {},
        proxy.url,
      );

    it("more writes than one statement can bind are stored in one transaction", () =>
      withCounted(async (saver) => {
        const [config] = await putChain(saver, "1", 1, () => ({}));
        const writes = Array.from({ length: MANY }, (_, i): [string, unknown] => ["log", i]);
        const traffic = await proxy.during(() => saver.putWrites(config ?? {}, writes, "task"));
        expect(traffic.statements).toBe(2 + overhead);
        const read = await saver.getTuple(thread("1"));
        expect(read?.pendingWrites?.map(([, , value]) => value)).toEqual(writes.map(([, v]) => v));
      }));

    it("more channels than one statement can bind are stored in one transaction", () =>
      withCounted(async (saver) => {
        let config: RunnableConfig = thread("1");
        const wide = Object.fromEntries(
          Array.from({ length: MANY }, (_, i) => [`channel ${i}`, [i]]),
        );
        for (const stored of [checkpoint(wide), checkpoint(wide)]) {
          const put = async () => {
            config = await saver.put(config, stored, METADATA, stored.channel_versions);
          };
          expect((await proxy.during(put)).statements).toBe(2 + overhead);
          expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(stored);
        }
      }));
  });
}
