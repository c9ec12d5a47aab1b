import { databaseUrl, withClient, withSchema } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { createStoreTables, type StoreMode } from "../mode.ts";

export function transactionCases(mode: StoreMode): void {
  const { begin } = mode;
  if (begin === undefined) return;

  const committed = (schema: string) =>
    withClient(async (client) => {
      const { rows } = await client.query(
        `SELECT (SELECT count(*)::int FROM ${schema}.store) AS items, (SELECT count(*)::int FROM ${schema}.orders) AS orders`,
      );
      return rows[0];
    });

  describe(`${mode.name}: the store in the caller's transaction`, () => {
    it.each([
      ["commit", 1],
      ["rollback", 0],
    ] as const)("%s applies to items and the application's rows alike", (how, kept) =>
      withSchema(async (schema) => {
        await createStoreTables(schema);
        await withClient((client) => client.query(`CREATE TABLE ${schema}.orders (id int)`));
        const { store, run, end } = await begin(databaseUrl(), { schema });
        await run(`INSERT INTO ${schema}.orders VALUES (1)`);
        await store.put(["a"], "k", { n: 1 });
        await store.batch([
          { namespace: ["a"], key: "k", value: { n: 2 } },
          { namespace: ["a"], key: "other", value: null },
          { namespacePrefix: ["a"] },
        ]);
        expect((await store.get(["a"], "k"))?.value).toEqual({ n: 2 });
        expect(await committed(schema)).toEqual({ items: 0, orders: 0 });
        await end(how);
        expect(await committed(schema)).toEqual({ items: kept, orders: kept });
      }),
    );

    it("keeps the order of items that are put one after the other", () =>
      withSchema(async (schema) => {
        await createStoreTables(schema);
        const { store, end } = await begin(databaseUrl(), { schema });
        for (const key of ["c", "a", "b"]) await store.put(["a"], key, {});
        await store.put(["a"], "c", { again: true });
        const found = await store.search(["a"]);
        expect(found.map(({ key }) => key)).toEqual(["c", "a", "b"]);
        for (const { createdAt, updatedAt } of found) {
          expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
        }
        await end("rollback");
      }));
  });
}
