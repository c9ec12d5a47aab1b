import { CountingProxy, databaseUrl } from "@waypost/conformance/fixtures";
import type { WaypostStore } from "@waypost/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StoreMode, withStore } from "../mode.ts";

const ONE = expect.objectContaining({ statements: 1, roundTrips: 1 });
const count = (length: number) => Array.from({ length }, (_, i) => String(i));

/** Statements and round trips, counted on the wire. */
export function countCases(mode: StoreMode): void {
  describe(`${mode.name}: round trips of the store`, () => {
    let proxy: CountingProxy;
    beforeAll(async () => {
      proxy = await CountingProxy.to(databaseUrl());
    });
    afterAll(() => proxy.close());

    const OPERATIONS: [string, (store: WaypostStore) => Promise<unknown>][] = [
      ["get", (store) => store.get(["a"], "k")],
      ["put", (store) => store.put(["a"], "k", { n: 1 })],
      ["delete", (store) => store.delete(["a"], "k")],
      ["search", (store) => store.search(["a"], { filter: { n: 1, m: { $gt: 1 } } })],
      ["listNamespaces", (store) => store.listNamespaces({ prefix: ["a"] })],
      [
        "a batch of 100 of all kinds",
        (store) =>
          store.batch(
            count(20).flatMap((i) => [
              { namespace: ["a"], key: i },
              { namespace: ["a"], key: i, value: { i } },
              { namespace: ["b"], key: i, value: null },
              { namespacePrefix: ["a", i], filter: { i } },
              {
                matchConditions: [{ matchType: "prefix" as const, path: [i] }],
                limit: 1,
                offset: 0,
              },
            ]),
          ),
      ],
    ];

    it.each(OPERATIONS)("%s is one statement in one round trip", (_, run) =>
      withStore(
        mode,
        async ({ store }) => {
          await store.get(["a"], "connects");
          expect(await proxy.during(() => run(store))).toEqual(ONE);
          expect(await proxy.during(() => run(store))).toEqual(ONE);
        },
        {},
        proxy.url,
      ),
    );

    it("bad input sends nothing", () =>
      withStore(
        mode,
        async ({ store }) => {
          await store.get(["a"], "connects");
          const traffic = await proxy.during(async () => {
            await expect(store.put([], "k", {})).rejects.toThrow("Namespace");
            await expect(store.get(["a"], "\0")).rejects.toThrow("key");
          });
          expect(traffic.bytesSent).toBe(0);
        },
        {},
        proxy.url,
      ));
  });
}
