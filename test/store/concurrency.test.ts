import type { Operation } from "@langchain/langgraph-checkpoint";
import { databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { PgStore } from "@waypost/pg/store";
import { createStoreTables } from "@waypost/testing/store";
import { describe, expect, it } from "vitest";

/** Stores without a retry, so that each deadlock is an error. */
const withStores = (count: number, work: (stores: PgStore[]) => Promise<void>) =>
  withSchema(async (schema) => {
    await createStoreTables(schema);
    const options = { schema, retry: false as const, ttl: { refreshOnRead: true } };
    const stores = Array.from({ length: count }, () =>
      PgStore.fromConnString(databaseUrl(), options),
    );
    try {
      await work(stores);
    } finally {
      await Promise.all(stores.map((store) => store.end()));
    }
  });

const KEYS = Array.from({ length: 30 }, (_, i) => `k${i}`);

describe("stores in several processes", () => {
  it("write the same items in any order without a deadlock", () =>
    withStores(4, async (stores) => {
      const put = (key: string, n: number): Operation => ({
        ...{ namespace: ["a"], key, value: { n }, options: { ttl: 60 } },
      });
      for (const store of stores) await store.batch(KEYS.map((key) => put(key, 0)));
      const rounds = stores.map(async (store, i) => {
        for (let round = 0; round < 25; round++) {
          const keys = (i + round) % 2 === 0 ? KEYS : [...KEYS].reverse();
          const half = keys.slice(0, 15).map((key) => put(key, round));
          const reads = keys.map((key): Operation => ({ namespace: ["a"], key }));
          await store.batch([...half, ...reads, { namespacePrefix: ["a"] }]);
        }
      });
      await Promise.all(rounds);
      expect(await stores[0]?.search(["a"], { limit: 100 })).toHaveLength(KEYS.length);
    }));

  it("sweep at once, and remove each item once", () =>
    withStores(4, async (stores) => {
      const [store] = stores as [PgStore];
      const items = Array.from(
        { length: 5000 },
        (_, i): Operation => ({
          ...{ namespace: ["a"], key: String(i), value: {}, options: { ttl: 1e-5 } },
        }),
      );
      await store.batch(items);
      // Each takes its time from the server's clock: 0.6 ms are over when the statement has returned.
      const removed = await Promise.all(stores.map((one) => one.sweep()));
      expect(removed.reduce((sum, one) => sum + one, 0)).toBe(5000);
      expect(await store.sweep()).toBe(0);
    }));
});
