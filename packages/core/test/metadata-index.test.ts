import { setupScript } from "@waypost/core/adapter";
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { withClient, withSchema } from "../../conformance/src/database.ts";
import type { Statement } from "../src/driver/driver.ts";
import { catalogueOf } from "../src/sql/catalogue.ts";

/** 5,000 threads of 500 users, with 4 checkpoints each. */
const fill = (schema: string) => `
  INSERT INTO ${schema}.checkpoints (thread_id, checkpoint_ns, checkpoint_id, checkpoint, metadata)
  SELECT t::text, '', 'id-' || lpad((t * 4 + i)::text, 6, '0'), jsonb_build_object('v', 4, 'ts', '2026'),
    jsonb_build_object('source', 'loop', 'step', i, 'user', 'user ' || t % 500)
  FROM generate_series(1, 5000) t, generate_series(0, 3) i;
  ANALYZE ${schema}.checkpoints`;

/** Names of all indexes, or tables read in sequence, in a plan as text. */
async function readsOf(client: pg.Client, explained: string, values: unknown[]): Promise<string[]> {
  const { rows } = await client.query(`EXPLAIN ${explained}`, values);
  const text = rows.map((row) => row["QUERY PLAN"]).join("\n");
  return [
    ...text.matchAll(
      /(?:Index (?:Only )?Scan (?:Backward )?using|Bitmap Index Scan on|Seq Scan on) (\w+)/g,
    ),
  ].map(([, name = ""]) => name);
}

const filter = { json: '{"user": "user 7"}', keys: ["user"] };

const statementsOf = (schema: string): [string, Statement][] => {
  const sql = catalogueOf(schema, "binary");
  const nothing = { after: undefined, prefix: undefined, status: undefined };
  const never = { updatedAfter: undefined, updatedBefore: undefined };
  const all = { threadId: undefined, checkpointNs: undefined, checkpointId: undefined };
  const query = { ...all, before: undefined, filter: filter.json, limit: 10 };
  const page = { query, after: undefined, size: 10, known: [], knownParts: [] };
  return [
    ["listThreads", sql.listThreads({ ...nothing, ...never, limit: 20, filter }, false)],
    ["list without a thread", sql.list(page, "text")],
  ];
};

describe("the index on metadata", () => {
  it("is what filters read of all threads, with the plan of a prepared statement too", () =>
    withSchema((schema) =>
      withClient(async (client) => {
        await client.query(setupScript(schema));
        await client.query(fill(schema));
        await client.query(
          `CREATE INDEX waypost_metadata ON ${schema}.checkpoints USING gin (metadata jsonb_path_ops)`,
        );
        for (const [name, { text, values }] of statementsOf(schema)) {
          const nulls = values.map(() => "NULL").join(", ");
          await client.query(
            `PREPARE generic AS ${text}; SET plan_cache_mode = force_generic_plan`,
          );
          const generic = await readsOf(client, `EXECUTE generic(${nulls})`, []);
          await client.query("DEALLOCATE generic; RESET plan_cache_mode");
          for (const reads of [generic, await readsOf(client, text, [...values])]) {
            expect({ name, reads }).toEqual({
              name,
              reads: expect.arrayContaining(["waypost_metadata"]),
            });
          }
        }
      }),
    ));
});
