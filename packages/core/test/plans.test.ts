import { CONTENT_TABLES, setupScript } from "@waypost/core/adapter";
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { withClient, withSchema } from "../../conformance/src/database.ts";
import type { Statement } from "../src/driver/driver.ts";
import { catalogueOf } from "../src/sql/catalogue.ts";
import { allStatements, OVER_ALL_THREADS } from "./statements.ts";

const CHECKPOINTS = 10_000;
const idOf = (step: number) => `id-${String(step).padStart(6, "0")}`;

/** A thread of 10,000 checkpoints with three channels, one of which changes at each, and a delta channel. */
async function fill(client: pg.Client, schema: string): Promise<void> {
  const thread = `INSERT INTO ${schema}`;
  await client.query(`
    ${thread}.checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint)
    SELECT 'long', '', 'id-' || lpad(i::text, 6, '0'),
      CASE WHEN i > 0 THEN 'id-' || lpad((i - 1)::text, 6, '0') END,
      jsonb_build_object('v', 4, 'channel_versions',
        jsonb_build_object('often', i, 'seldom', i / 100, 'once', 1, 'delta', i))
    FROM generate_series(0, ${CHECKPOINTS - 1}) i;
    ${thread}.checkpoint_blobs SELECT 'long', '', 'often', i::text, 'json', '1' FROM generate_series(0, ${CHECKPOINTS - 1}) i;
    ${thread}.checkpoint_blobs SELECT 'long', '', 'seldom', i::text, 'json', '1' FROM generate_series(0, ${CHECKPOINTS / 100}) i;
    ${thread}.checkpoint_blobs VALUES ('long', '', 'once', '1', 'json', '1');
    ${thread}.checkpoint_blobs SELECT 'long', '', 'delta', i::text, CASE WHEN i % 500 = 0 THEN 'json' ELSE 'empty' END, '1'
      FROM generate_series(0, ${CHECKPOINTS - 1}) i;
    ${thread}.checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, type, blob)
      SELECT 'long', 'id-' || lpad(i::text, 6, '0'), 'task', n, 'delta', 'json', '1'
      FROM generate_series(0, ${CHECKPOINTS - 1}) i, generate_series(0, 1) n;
    ${thread}.waypost_parts SELECT 'long', i, '1' FROM generate_series(0, ${CHECKPOINTS - 1}) i;
    UPDATE ${schema}.checkpoint_blobs SET segments = '{100,110}', type = 'parts:json' WHERE channel = 'once'`);
}

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  Plans?: Plan[];
}

function scans(plan: Plan): Plan[] {
  const own = plan["Node Type"].endsWith("Scan") && (plan["Relation Name"] || plan["Index Name"]);
  return [...(own ? [plan] : []), ...(plan.Plans ?? []).flatMap(scans)];
}

async function explain(
  client: pg.Client,
  how: string,
  { text, values }: Statement,
): Promise<Plan[]> {
  const { rows } = await client.query(`EXPLAIN (${how}, FORMAT JSON) ${text}`, values as unknown[]);
  return scans(rows[0]["QUERY PLAN"][0].Plan);
}

/** The plan that a prepared statement ends up with, which knows none of its values. */
async function explainGeneric(client: pg.Client, { text, values }: Statement): Promise<Plan[]> {
  const nulls = values.length === 0 ? "" : `(${values.map(() => "NULL").join(", ")})`;
  await client.query(`PREPARE generic AS ${text}; SET plan_cache_mode = force_generic_plan`);
  const { rows } = await client.query(`EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE generic${nulls}`);
  await client.query("DEALLOCATE generic; RESET plan_cache_mode");
  return scans(rows[0]["QUERY PLAN"][0].Plan);
}

/** A plan without scans passes: that of an insert, which finds its conflicts by the primary key itself. */
function expectPrimaryKeys(plan: Plan[], name: string): void {
  for (const scan of plan) {
    if (scan["Relation Name"] === "waypost_settings") continue; // holds one row
    const read = `${scan["Node Type"]} on ${scan["Index Name"] ?? scan["Relation Name"]}`;
    expect(read, name).toMatch(
      /^(Index (Only )?Scan|Bitmap Index Scan) on \w+_pkey$|^Bitmap Heap Scan/,
    );
  }
}

const rowsRead = (plan: Plan[]) =>
  plan.reduce((sum, scan) => sum + (scan["Actual Rows"] ?? 0) * (scan["Actual Loops"] ?? 0), 0);

describe("plans on a thread of 10,000 checkpoints", () => {
  const key = { threadId: "long", checkpointNs: "" };
  const all = { ...key, checkpointId: undefined, before: undefined, filter: undefined, limit: 100 };
  const middle = { ...key, checkpointId: idOf(CHECKPOINTS / 2) };

  /** Each statement, and how many rows it may read: what it returns, never the thread. */
  const statements = (schema: string): [string, Statement, number][] => {
    const sql = catalogueOf(schema, "binary");
    const row = { kind: "blob" as const, type: "json", text: "1", bytes: null };
    const page = { query: all, after: undefined, size: 100, known: [], knownParts: [] };
    const put = {
      ...{ ...key, checkpointId: "new", parentId: idOf(CHECKPOINTS / 2) },
      ...{ checkpoint: "{}", metadata: "{}", putId: "1" },
      blobs: [{ channel: "often", version: "0", ...row }],
    };
    const segments = [{ from: 100, to: 110 }];
    const incremental = {
      ...{ ...put, blobs: [] },
      incremental: [
        {
          ...{ channel: "once", version: "2", ...row, segments, tail: Buffer.from("]") },
          base: { version: "1", putId: "1", type: "json", data: "", segments },
          parts: [{ position: 200_000, bytes: Buffer.from("1") }],
          ...{ end: 200_001, ends: [{ start: 200_000, stop: 200_000 }] },
        },
      ],
    };
    const writes = {
      ...middle,
      writes: [{ taskId: "task", taskPath: "", idx: 0, channel: "delta", ...row }],
    };
    const named = { channel: "often", version: String(CHECKPOINTS / 2), putId: "1", ...key };
    const first = { requireParent: false, requireCheckpoint: false, routed: false };
    const onParent = { requireParent: true, requireCheckpoint: true, routed: false };
    const write = { ...middle, channel: "delta", taskId: "task", idx: 0 };
    const known = new Map();
    const after = { page: { ...page, after: middle, known: [named] } };
    const latest = { ...key, checkpointId: undefined };
    const before = { ...page, query: { ...all, before: middle.checkpointId } };
    const one = { ...page, query: { ...all, ...middle } };
    return [
      ["getTuple of the latest", sql.getTuple(latest, known, "text"), 20],
      ["getTuple of one in the middle", sql.getTuple(middle, known, "text"), 20],
      [
        "getTuple without known values",
        sql.getTuple(middle, new Map([["often", named]]), "text"),
        20,
      ],
      ["list, first page", sql.list(page, "text"), 1000],
      ["list, a page in the middle", sql.list(after.page, "text"), 1000],
      ["list before a checkpoint", sql.list(before, "text"), 1000],
      ["list of one checkpoint", sql.list(one, "text"), 1000],
      ["list through a cursor", sql.listCursor(all, "text"), 2000],
      ["history of the latest", sql.deltaHistory(latest, ["delta"], "text"), 5000],
      ["history of one in the middle", sql.deltaHistory(middle, ["delta"], "text"), 5000],
      ["verify, values in the middle", sql.verifyBlobs("long", named, 20), 20],
      ["verify, writes in the middle", sql.verifyWrites("long", write, 20), 20],
      ["verify, parts", sql.parts("long", segments), 20],
      ["put", sql.put(put, onParent), 0],
      ["put of an incremental value", sql.putIncremental(incremental, false), 10],
      ["putWrites", sql.putWrites(writes, first), 0],
      ["putWrites with tombstones", sql.putWrites(writes, onParent), 0],
    ];
  };

  it("use the primary keys only, and read no more than they return", () =>
    withSchema((schema) =>
      withClient(async (client) => {
        await client.query(setupScript(schema));
        await fill(client, schema);
        // Before statistics exist, after, and with the plan that a prepared statement ends up with.
        for (const analyzed of [false, true]) {
          if (analyzed) await client.query("ANALYZE");
          for (const [name, statement, limit] of statements(schema)) {
            // Without statistics it sorts all that is left, page for page: slower, but run once in a while.
            if (name.startsWith("verify") && !analyzed) continue;
            const writes = name.startsWith("put");
            const plans = [
              await explainGeneric(client, statement),
              await explain(client, writes ? "VERBOSE" : "ANALYZE, VERBOSE", statement),
            ];
            for (const plan of plans) {
              expect(plan.length > 0, name).toBe(name !== "putWrites");
              expectPrimaryKeys(plan, name);
              expect(rowsRead(plan), name).toBeLessThanOrEqual(limit);
            }
          }
        }
      }),
    ));

  it("find a whole thread by the primary keys, as every statement of one thread does", () =>
    withSchema((schema) =>
      withClient(async (client) => {
        await client.query(setupScript(schema));
        await fill(client, schema);
        // With one thread in the tables, reading all of it in sequence would be right.
        for (const { name: table, columns } of CONTENT_TABLES) {
          const names = Object.keys(columns).filter((column) => column !== "thread_id");
          await client.query(
            `INSERT INTO ${schema}.${table} (thread_id, ${names})
             SELECT 'other' || n, ${names} FROM ${schema}.${table}, generate_series(1, 9) n`,
          );
        }
        await client.query(
          `INSERT INTO ${schema}.waypost_deleted_threads SELECT 'gone' || n FROM generate_series(1, 1000) n`,
        );
        await client.query("ANALYZE");
        const sql = catalogueOf(schema, "binary");
        const query = { ...all, checkpointNs: undefined };
        const page = { query, after: undefined, size: 100, known: [], knownParts: [] };
        const wholeThread = [
          sql.deleteThread("long", null, CHECKPOINTS, "DELETE"),
          // No key has the order of all namespaces: each checkpoint of the thread is looked at.
          sql.list(page, "text"),
        ];
        for (const statement of wholeThread) {
          expectPrimaryKeys(await explain(client, "VERBOSE", statement), "of the whole thread");
        }
        const ofOneThread = allStatements(schema).filter(
          ({ name }) => !OVER_ALL_THREADS.includes(name),
        );
        for (const { name, statement } of ofOneThread) {
          expectPrimaryKeys(await explain(client, "VERBOSE", statement), name);
        }
      }),
    ));
});
