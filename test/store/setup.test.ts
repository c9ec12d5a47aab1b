import { readFileSync } from "node:fs";
import { databaseUrl, withClient, withRole, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { PgStore } from "@waypost/pg/store";
import { storeSetupScript } from "@waypost/store";
import { createStoreTables } from "@waypost/testing/store";
import { describe, expect, it } from "vitest";

const storeIn = (schema: string, options = {}, url = databaseUrl()) =>
  PgStore.fromConnString(url, { schema, ...options });

describe("setup of the store", () => {
  it("runs from 16 processes at once, and beside that of savers", () =>
    withSchema(async (schema) => {
      const stores = Array.from({ length: 16 }, () => storeIn(schema));
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await Promise.all([...stores.map((store) => store.setup()), saver.setup()]);
      await stores[0]?.put(["a"], "k", {});
      for (const store of stores) {
        expect(await store.get(["a"], "k")).not.toBeNull();
        await store.end();
      }
    }));

  it("makes what its script makes, which can run again", () =>
    withSchema((one) =>
      withSchema(async (other) => {
        await using store = storeIn(one);
        await store.setup();
        await createStoreTables(other);
        await createStoreTables(other);
        const columns = (schema: string) =>
          withClient(async (client) => {
            const { rows } = await client.query(
              `SELECT table_name, column_name, data_type, is_nullable, column_default
               FROM information_schema.columns WHERE table_schema = $1 ORDER BY 1, 2`,
              [schema],
            );
            const indexes = await client.query(
              `SELECT indexname, replace(indexdef, $1, '') AS def FROM pg_indexes WHERE schemaname = $1 ORDER BY 1`,
              [schema],
            );
            return [rows, indexes.rows];
          });
        expect(await columns(other)).toEqual(await columns(one));
      }),
    ));

  it("refuses the tables of Python's store, and changes nothing", () =>
    withSchema(async (schema) => {
      await withClient((client) =>
        client.query(
          `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.store (prefix text NOT NULL, key text NOT NULL, value jsonb NOT NULL)`,
        ),
      );
      await using store = storeIn(schema);
      await expect(store.setup()).rejects.toMatchObject({ code: "WAYPOST_PYTHON_STORE" });
      const { rows } = await withClient((client) =>
        client.query("SELECT count(*)::int FROM pg_tables WHERE schemaname = $1", [schema]),
      );
      expect(rows).toEqual([{ count: 1 }]);
    }));

  it("quotes the name of the schema", () =>
    withClient(async (client) => {
      const schema = `a"b'c $1 ${Date.now()}`;
      await using store = storeIn(schema);
      try {
        await store.setup();
        await store.put(["a"], "k", { n: 1 });
        expect(await store.search(["a"], { filter: { n: { $gt: 0 } } })).toHaveLength(1);
        expect(storeSetupScript(schema)).toContain(client.escapeIdentifier(schema));
      } finally {
        await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(schema)} CASCADE`);
      }
    }));

  it("is asked for where the tables are missing", () =>
    withSchema(async (schema) => {
      await using store = storeIn(schema);
      await expect(store.get(["a"], "k")).rejects.toThrow(/get failed.*setup\(\).*42P01/);
    }));
});

describe("rights on the store", () => {
  /** As docs/store.md has them. */
  const commands = [
    ...readFileSync(new URL("../../docs/store.md", import.meta.url), "utf8").matchAll(
      /^```sql\n(.*?)^```$/gms,
    ),
  ].map(([, block = ""]) => block);
  const granted = commands.find((block) => block.startsWith("GRANT")) ?? "";
  const policies = commands.find((block) => block.includes("CREATE POLICY")) ?? "";
  const grants = (schema: string, role: string) =>
    granted.replaceAll("agents", schema).replaceAll("TO app;", `TO ${role};`);
  const policy = (schema: string) => policies.replaceAll("agents", schema);
  const asRole = (
    more: (schema: string) => string,
    work: (storeOf: (tenant?: string) => PgStore) => Promise<void>,
  ) =>
    withSchema((schema) =>
      withRole(async ({ name, url }) => {
        await createStoreTables(schema);
        await withClient((client) => client.query(grants(schema, name) + more(schema)));
        await work((tenant) =>
          storeIn(schema, tenant === undefined ? {} : { session: { "app.tenant": tenant } }, url),
        );
      }),
    );
  const every = async (store: PgStore, tenant: string) => {
    await store.setup();
    await store.put([tenant, "x"], "k", { n: 1 }, undefined, { ttl: 5 });
    expect((await store.get([tenant, "x"], "k"))?.value).toEqual({ n: 1 });
    expect(await store.search([tenant], { filter: { n: 1 }, refreshTtl: true })).toHaveLength(1);
    expect(await store.listNamespaces()).toEqual([[tenant, "x"]]);
    await store.batch([{ namespace: [tenant, "x"], key: "gone", value: null }]);
    expect(await store.sweep()).toBe(0);
  };

  it("to read and write rows are enough for every operation", () =>
    asRole(
      () => "",
      async (storeOf) => {
        await using store = storeOf();
        await every(store, "a");
        await store.delete(["a", "x"], "k");
      },
    ));

  it("that a policy restricts to a tenant's items hide those of others", () =>
    asRole(policy, async (storeOf) => {
      await using a = storeOf("a");
      await using b = storeOf("b");
      await every(a, "a");
      await every(b, "b");
      expect(await a.get(["b", "x"], "k")).toBeNull();
      expect(await a.search([])).toHaveLength(1);
      await a.delete(["b", "x"], "k");
      expect(await b.search([])).toHaveLength(1);
      const put = a.put(["b", "x"], "k", {});
      await expect(put).rejects.toThrow(/put failed.*row-level.*42501/);
    }));
});
