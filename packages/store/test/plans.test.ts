import { readFileSync } from "node:fs";
import { freshName, withClient } from "@waypost/conformance/fixtures";
import type { Statement } from "@waypost/core/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeSetupScript } from "../src/schema/setup.ts";
import { allStatements } from "./statements.ts";

const schema = freshName();
const statements = new Map(allStatements(schema).map(({ name, statement }) => [name, statement]));

/** 100,000 items: half in the namespace of one user, half in those of 5,000 others. */
const ITEMS = `INSERT INTO ${schema}.store (namespace_path, key, value, created_at)
  SELECT CASE WHEN i % 2 = 0 THEN 'users:1' ELSE 'users:' || (i % 10000) || ':memories' END, i::text,
    jsonb_build_object('kind', CASE WHEN i % 1000 = 0 THEN 'fact' ELSE 'note' END, 'deep', jsonb_build_object('n', 1), 'text', md5(i::text)),
    now() - i * interval '1 second'
  FROM generate_series(1, 100000) i;
  ANALYZE ${schema}.store`;

interface Plan {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Total Cost": number;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly Plans?: readonly Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

type Client = Parameters<Parameters<typeof withClient>[0]>[0];

async function explain(client: Client, name: string) {
  const { text, values } = statements.get(name) as Statement;
  await client.query("BEGIN");
  const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, [
    ...values,
  ]);
  await client.query("ROLLBACK");
  const plan: Plan = rows[0]["QUERY PLAN"][0].Plan;
  return {
    cost: plan["Total Cost"],
    scans: nodes(plan).filter((node) => node["Node Type"] === "Seq Scan").length,
    indexes: new Set(nodes(plan).map((node) => node["Index Name"])),
    blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
  };
}

describe("plans over 100,000 items", () => {
  beforeAll(() => withClient((client) => client.query(storeSetupScript(schema) + ITEMS)));
  afterAll(() => withClient((client) => client.query(`DROP SCHEMA ${schema} CASCADE`)));

  it("text search takes the index of docs/store.md", () =>
    withClient(async (client) => {
      const docs = readFileSync(new URL("../../../docs/store.md", import.meta.url), "utf8");
      const [index = ""] = /CREATE INDEX store_text.*?;/s.exec(docs) ?? [];
      await client.query(`${index.replace("agents", schema)} ANALYZE ${schema}.store`);
      const plan = await explain(client, "search.text");
      await client.query(`DROP INDEX ${schema}.store_text`);
      expect(plan.indexes).toContain("store_text");
    }));

  it.each([
    ["get", "store_pkey", 20],
    ["put", undefined, 40],
    ["delete", "store_pkey", 40],
    ["search", "waypost_store_order", 60],
    ["search.filter", undefined, 1000],
    ["listNamespaces.prefix", "waypost_store_order", 60_000],
    ["sweep", "idx_store_expires_at", 20],
  ] as const)("%s reads no table as a whole", (name, index, blocks) =>
    withClient(async (client) => {
      const plan = await explain(client, name);
      expect(plan.scans).toBe(0);
      // A server with JIT compiles what it takes for more.
      expect(plan.cost).toBeLessThan(100_000);
      if (index !== undefined) expect(plan.indexes).toContain(index);
      expect(plan.blocks).toBeLessThan(blocks);
    }),
  );
});
