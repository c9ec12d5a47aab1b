import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import { databaseUrl, withClient, withSchema } from "@waypost/conformance/fixtures";
import { PgStore } from "@waypost/pg/store";
import type { WaypostStore } from "@waypost/store";
import { createStoreTables } from "@waypost/testing/store";
import { describe, expect, it } from "vitest";

interface Stores {
  readonly official: PostgresStore;
  readonly ours: WaypostStore;
  readonly memory: InMemoryStore;
  readonly schema: string;
}

/** The official store over tables of its own making, and ours over the same; and what both should be like. */
const withStores = (
  work: (stores: Stores) => Promise<void>,
  { first = "official" as "official" | "ours" } = {},
) =>
  withSchema(async (schema) => {
    const official = PostgresStore.fromConnString(databaseUrl(), { schema });
    await using ours = PgStore.fromConnString(databaseUrl(), { schema });
    try {
      const setups = [() => official.setup(), () => ours.setup()];
      for (const setup of first === "official" ? setups : setups.reverse()) await setup();
      await work({ official, ours, memory: new InMemoryStore(), schema });
    } finally {
      await official.stop();
    }
  });

type AnyStore = Pick<InMemoryStore, "put" | "get" | "search" | "batch" | "listNamespaces">;

/** What each of the three does. */
async function each<T>({ official, ours, memory }: Stores, work: (store: AnyStore) => Promise<T>) {
  const outcome = (store: AnyStore) =>
    work(store).catch((error: Error) => `${error.name}` as const);
  const clear = async (store: AnyStore) => {
    const items = await store.search(["d"], { limit: 1000 });
    await store.batch(items.map(({ namespace, key }) => ({ namespace, key, value: null })));
  };
  const results = [];
  for (const store of [official as unknown as AnyStore, ours, memory]) {
    await clear(store);
    results.push(await outcome(store));
  }
  const [theirs, own, wanted] = results;
  return { theirs, own, wanted };
}

const keysOf = (items: { key: string }[]) => items.map(({ key }) => key);

describe("tables of the official store", () => {
  it.each(["official", "ours"] as const)(
    "are read and written by both, where the setup of %s came first",
    (first) =>
      withStores(
        async ({ official, ours }) => {
          await official.put(["users", "1"], "a", { by: "official", n: 1 });
          await ours.put(["users", "1"], "b", { by: "ours", n: 2 });
          for (const store of [official, ours]) {
            expect((await store.get(["users", "1"], "a"))?.value).toEqual({ by: "official", n: 1 });
            expect((await store.get(["users", "1"], "b"))?.value).toEqual({ by: "ours", n: 2 });
            const found = await store.search(["users"], { filter: { n: { $gt: 0 } } });
            expect(keysOf(found).sort()).toEqual(["a", "b"]);
            expect(await store.listNamespaces({ prefix: ["users"] })).toEqual([["users", "1"]]);
          }
          await official.put(["users", "1"], "b", { by: "official" });
          await ours.put(["users", "1"], "a", { by: "ours" });
          expect((await ours.get(["users", "1"], "b"))?.value).toEqual({ by: "official" });
          expect((await official.get(["users", "1"], "a"))?.value).toEqual({ by: "ours" });
          await official.delete(["users", "1"], "a");
          await ours.delete(["users", "1"], "b");
          expect(await ours.search([])).toEqual([]);
        },
        { first },
      ),
  );

  it("expire for both stores", () =>
    withStores(async ({ official, ours, schema }) => {
      await official.put(["t"], "a", {}, undefined, { ttl: 5 });
      await ours.put(["t"], "b", {}, undefined, { ttl: 5 });
      await withClient((client) =>
        client.query(`UPDATE ${schema}.store SET expires_at = now() - interval '1 second'`),
      );
      for (const store of [official, ours]) expect(await store.search(["t"])).toEqual([]);
      expect(await ours.sweep()).toBe(2);
    }));

  it("go on to be set up by the official store, which finds nothing to do", () =>
    withSchema(async (schema) => {
      await createStoreTables(schema);
      const official = PostgresStore.fromConnString(databaseUrl(), { schema });
      await official.setup();
      await official.put(["a"], "k", {});
      await official.stop();
      const { rows } = await withClient((client) =>
        client.query(`SELECT max(v) AS version FROM ${schema}.store_migrations`),
      );
      expect(rows).toEqual([{ version: 3 }]);
    }));
});

/** docs/store.md has a row for each. */
describe("where the official store differs from InMemoryStore, ours does not:", () => {
  it("a prefix that ends within a label", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        await store.put(["d", "user1"], "a", {});
        await store.put(["d", "user10"], "b", {});
        return keysOf(await store.search(["d", "user1"]));
      });
      expect(found).toEqual({ theirs: ["b", "a"], own: ["a"], wanted: ["a"] });
    }));

  it.each(["a%", "a_b", "a\\b"])("the label %s", (label) =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        await store.put(["d", label], "k", {});
        return keysOf(await store.search(["d", label]));
      });
      expect(found).toEqual({ theirs: "Error", own: ["k"], wanted: ["k"] });
    }),
  );

  it("the empty prefix", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        await store.put(["d"], "k", {});
        return keysOf(await store.search([]));
      });
      expect(found).toEqual({ theirs: "Error", own: ["k"], wanted: ["k"] });
    }));

  it.each([
    ["the type of what a filter equals", { n: "1" }, ["number", "text"], ["text"]],
    ["null", { n: null }, [], ["null"]],
    ["$ne of what is missing", { n: { $ne: 1 } }, ["x"], ["missing", "null", "text", "x"]],
    ["$in of nothing", { n: { $in: [] } }, ["missing", "null", "number", "text", "x"], []],
    ["$nin of what is missing", { n: { $nin: [1] } }, ["x"], ["missing", "null", "text", "x"]],
    ["a comparison with text among the values", { n: { $gt: 0 } }, "error", ["number", "text"]],
  ] as const)("%s", (_, filter, theirs, wanted) =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        const values = {
          missing: {},
          null: { n: null },
          number: { n: 1 },
          text: { n: "1" },
          x: { n: "x" },
        };
        for (const [key, value] of Object.entries(values)) await store.put(["d"], key, value);
        return keysOf(await store.search(["d"], { filter })).sort();
      });
      expect(found).toEqual({ theirs, own: wanted, wanted });
    }),
  );

  it("an unknown operator, which finds everything", () =>
    withStores(async ({ official, ours }) => {
      await official.put(["d"], "k", { n: 1 });
      const filter = { n: { $regex: "x" } } as never;
      expect(await official.search(["d"], { filter })).toHaveLength(1);
      await expect(ours.search(["d"], { filter })).rejects.toThrow("$regex");
    }));

  it("reads of a batch, which see what the batch wrote before them", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        const [, item] = await store.batch([
          { namespace: ["d"], key: "k", value: { n: 1 } },
          { namespace: ["d"], key: "k" },
        ] as const);
        return item?.value ?? null;
      });
      expect(found).toEqual({ theirs: { n: 1 }, own: null, wanted: null });
    }));

  it("a batch that fails, of which the first half stays", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        const bad = { namespace: [], key: "k", value: {} };
        await store.batch([{ namespace: ["d"], key: "k", value: {} }, bad]).catch(() => {});
        return keysOf(await store.search(["d"]));
      });
      expect(found).toEqual({ theirs: ["k"], own: [], wanted: [] });
    }));

  it("maxDepth, which leaves out what is deeper in place of cutting it", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        for (const namespace of [
          ["d", "a", "b"],
          ["d", "a", "c"],
          ["d", "e"],
        ]) {
          await store.put(namespace, "k", {});
        }
        return store.listNamespaces({ prefix: ["d"], maxDepth: 2 });
      });
      const wanted = [
        ["d", "a"],
        ["d", "e"],
      ];
      expect(found).toEqual({ theirs: [["d", "e"]], own: wanted, wanted });
    }));

  it("* in a condition of listNamespaces", () =>
    withStores(async (stores) => {
      const found = await each(stores, async (store) => {
        await store.put(["d", "a", "x"], "k", {});
        return store.listNamespaces({ prefix: ["d", "*", "x"] });
      });
      expect(found).toEqual({ theirs: [], own: [["d", "a", "x"]], wanted: [["d", "a", "x"]] });
    }));

  it("a value that JSON has no form for, which comes back as another one", () =>
    withStores(async ({ official, ours }) => {
      const value = { when: new Date(0), n: Number.NaN, set: new Set([1]) };
      await official.put(["d"], "k", value);
      const stored = { when: "1970-01-01T00:00:00.000Z", n: null, set: {} };
      expect((await official.get(["d"], "k"))?.value).toEqual(stored);
      await expect(ours.put(["d"], "k", value)).rejects.toThrow("value.when");
    }));

  it("text search, which finds keys and takes % for everything", () =>
    withStores(async ({ official, ours }) => {
      await official.put(["d"], "k", { text: "green tea" });
      const found = async (query: string) =>
        Promise.all(
          [official, ours].map(async (store) => keysOf(await store.search(["d"], { query }))),
        );
      expect(await found("tea")).toEqual([["k"], ["k"]]);
      expect(await found("text")).toEqual([["k"], []]);
      expect(await found("%")).toEqual([["k"], []]);
    }));

  it("namespaces of expired items, which it lists", () =>
    withStores(async ({ official, ours, schema }) => {
      await official.put(["d"], "k", {}, undefined, { ttl: 5 });
      await withClient((client) =>
        client.query(`UPDATE ${schema}.store SET expires_at = now() - interval '1 second'`),
      );
      expect(await official.listNamespaces()).toEqual([["d"]]);
      expect(await ours.listNamespaces()).toEqual([]);
    }));

  it("a read that begins the time to live anew, and with it changes the time of update", () =>
    withSchema(async (schema) => {
      const ttl = { defaultTtl: 10, refreshOnRead: true };
      const official = PostgresStore.fromConnString(databaseUrl(), { schema, ttl });
      await using ours = PgStore.fromConnString(databaseUrl(), { schema, ttl });
      await official.setup();
      const old = "UPDATE store SET updated_at = '2020-01-01Z'";
      const updated = (store: PostgresStore | PgStore) =>
        withClient(async (client) => {
          await store.put(["d"], "k", {}, undefined, { ttl: 60 });
          await client.query(`SET search_path = ${schema}`);
          await client.query(`SET session_replication_role = replica; ${old}`);
          await store.get(["d"], "k");
          const { rows } = await client.query(
            "SELECT updated_at < '2021-01-01' AS kept, round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes FROM store",
          );
          return rows[0];
        });
      expect(await updated(official)).toEqual({ kept: false, minutes: 10 });
      await ours.setup();
      expect(await updated(ours)).toEqual({ kept: true, minutes: 60 });
      await official.stop();
    }));
});
