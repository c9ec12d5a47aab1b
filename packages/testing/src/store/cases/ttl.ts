import { describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const NS = ["ttl"];

/** Minutes from now until the item expires, by the server's clock; null for never. */
const minutesLeft = (schema: string, key: string) =>
  `SELECT (EXTRACT(epoch FROM expires_at - statement_timestamp()) / 60)::text AS minutes FROM ${schema}.store WHERE key = '${key}'`;

const expire = (schema: string, keys: string) =>
  `UPDATE ${schema}.store SET expires_at = statement_timestamp() - interval '1 second' WHERE key IN (${keys})`;

export function ttlCases(mode: StoreMode): void {
  describe(`${mode.name}: time to live in the store`, () => {
    const left = async (run: (text: string) => Promise<readonly object[]>, text: string) => {
      const [row] = (await run(text)) as { minutes: string | null }[];
      return row?.minutes == null ? null : Number(row.minutes);
    };

    it("is that of the item, or else the default, in minutes", () =>
      withStore(
        mode,
        async ({ store, run, schema }) => {
          await store.put(NS, "default", {});
          await store.put(NS, "own", {}, undefined, { ttl: 0.5 });
          await store.put(NS, "never", {}, false, { ttl: null });
          expect(await left(run, minutesLeft(schema, "default"))).toBeCloseTo(10, 0);
          expect(await left(run, minutesLeft(schema, "own"))).toBeCloseTo(0.5, 0);
          expect(await left(run, minutesLeft(schema, "never"))).toBeNull();
        },
        { ttl: { defaultTtl: 10 } },
      ));

    it("hides what has expired from every read, before any sweep", () =>
      withStore(mode, async ({ store, run, schema }) => {
        await store.put(NS, "old", { n: 1 }, undefined, { ttl: 5 });
        await store.put([...NS, "below"], "old", { n: 1 }, undefined, { ttl: 5 });
        await store.put(NS, "new", { n: 1 }, undefined, { ttl: 5 });
        await run(expire(schema, "'old'"));
        expect(await store.get(NS, "old")).toBeNull();
        expect((await store.search(NS)).map(({ key }) => key)).toEqual(["new"]);
        expect((await store.search([], { filter: { n: 1 } })).map(({ key }) => key)).toEqual([
          "new",
        ]);
        expect(await store.listNamespaces()).toEqual([NS]);
      }));

    it("makes an item new that is put in place of an expired one", () =>
      withStore(mode, async ({ store, run, schema }) => {
        await store.put(NS, "a", { n: 1 }, undefined, { ttl: 5 });
        await run(`UPDATE ${schema}.store SET created_at = '2020-01-01Z'`);
        await run(expire(schema, "'a'"));
        await store.put(NS, "a", { n: 2 });
        const item = await store.get(NS, "a");
        expect(item?.createdAt.getTime()).toBeGreaterThan(Date.parse("2020-01-02"));
        expect(await left(run, minutesLeft(schema, "a"))).toBeNull();
      }));

    it("begins anew with each read if asked, and changes nothing else of the item", () =>
      withStore(
        mode,
        async ({ store, run, schema }) => {
          await store.put(NS, "got", {}, undefined, { ttl: 60 });
          await store.put(NS, "found", { f: 1 });
          await store.put(NS, "never", { f: 1 }, undefined, { ttl: null });
          await run(
            `UPDATE ${schema}.store SET expires_at = statement_timestamp() + interval '1 minute', updated_at = '2020-01-01Z' WHERE key <> 'never'`,
          );
          const item = await store.get(NS, "got");
          const found = await store.search(NS, { filter: { f: 1 } });
          expect(found.map(({ key }) => key)).toEqual(["found", "never"]);
          expect(await left(run, minutesLeft(schema, "got"))).toBeCloseTo(60, 0);
          expect(await left(run, minutesLeft(schema, "found"))).toBeCloseTo(10, 0);
          expect(await left(run, minutesLeft(schema, "never"))).toBeNull();
          expect(await store.get(NS, "got")).toEqual(item);
        },
        { ttl: { defaultTtl: 10, refreshOnRead: true } },
      ));

    it("does not begin anew otherwise, but for a search that asks for it", () =>
      withStore(mode, async ({ store, run, schema }) => {
        await store.put(NS, "a", {}, undefined, { ttl: 60 });
        await run(
          `UPDATE ${schema}.store SET expires_at = statement_timestamp() + interval '1 minute'`,
        );
        await store.get(NS, "a");
        await store.search(NS);
        expect(await left(run, minutesLeft(schema, "a"))).toBeCloseTo(1, 0);
        await store.search(NS, { refreshTtl: true });
        expect(await left(run, minutesLeft(schema, "a"))).toBeCloseTo(60, 0);
      }));

    it("is set by a batch that reads the item, too, as it writes it", () =>
      withStore(
        mode,
        async ({ store, run, schema }) => {
          for (const key of ["a", "b", "c"]) await store.put(NS, key, {}, undefined, { ttl: 5 });
          await store.batch([
            ...["a", "b", "c"].map((key) => ({ namespace: NS, key })),
            { namespacePrefix: NS },
            { namespace: NS, key: "a", value: { n: 2 }, options: { ttl: 30 } },
            { namespace: NS, key: "b", value: null },
          ]);
          expect(await left(run, minutesLeft(schema, "a"))).toBeCloseTo(30, 0);
          expect(await left(run, minutesLeft(schema, "c"))).toBeCloseTo(5, 0);
          expect((await store.search(NS)).map(({ key }) => key)).toEqual(["a", "c"]);
        },
        { ttl: { refreshOnRead: true } },
      ));

    it("ends in a sweep, which removes what has expired and nothing else", () =>
      withStore(mode, async ({ store, run, schema }) => {
        const many = Array.from({ length: 2500 }, (_, i) => ({
          ...{ namespace: NS, key: `k${i}`, value: {}, options: { ttl: 5 } },
        }));
        await store.batch([...many, { namespace: NS, key: "kept", value: {} }]);
        await run(
          `UPDATE ${schema}.store SET expires_at = statement_timestamp() - interval '1 second' WHERE key <> 'k0' AND key <> 'kept'`,
        );
        expect(await store.sweep()).toBe(2499);
        expect(await store.sweep()).toBe(0);
        expect((await store.search(NS)).map(({ key }) => key)).toEqual(["k0", "kept"]);
      }));

    it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", 1e9])("of %s is refused", (ttl) =>
      withStore(mode, async ({ store }) => {
        await expect(store.put(NS, "a", {}, undefined, { ttl: ttl as number })).rejects.toThrow(
          /ttl.*minutes/,
        );
      }),
    );
  });
}
