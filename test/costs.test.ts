import { withClient, withSchema } from "@waypost/conformance/fixtures";
import { CONTENT_TABLES, setupScript } from "@waypost/core/adapter";
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { allStatements, statementsOfManyRows } from "../packages/core/test/statements.ts";

/** `jit_above_cost`: from there on a server with JIT, as Debian's is by default, compiles a statement for seconds. */
const COMPILED = 100_000;

/** Threads of so many checkpoints, with incremental values and writes. */
const fill = (schema: string, threads = 300, steps = 20) => `
  INSERT INTO ${schema}.checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint)
  SELECT t::text, '', 'id-' || lpad(i::text, 5, '0'), CASE WHEN i > 0 THEN 'id-' || lpad((i - 1)::text, 5, '0') END,
    jsonb_build_object('v', 4, 'ts', '2026', 'channel_versions', jsonb_build_object('a', i, 'b', 1))
  FROM generate_series(1, ${threads}) t, generate_series(0, ${steps - 1}) i;
  INSERT INTO ${schema}.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob, segments)
  SELECT t::text, '', 'a', i::text, 'parts:json', ']', ARRAY[134217728, 134217728 + (i + 1) * 100]::bigint[]
  FROM generate_series(1, ${threads}) t, generate_series(0, ${steps - 1}) i;
  INSERT INTO ${schema}.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
  SELECT t::text, '', 'b', '1', 'json', '1' FROM generate_series(1, ${threads}) t;
  INSERT INTO ${schema}.waypost_parts (thread_id, position, bytes)
  SELECT t::text, 134217728 + i * 100, convert_to(repeat('x', 100), 'UTF8')
  FROM generate_series(1, ${threads}) t, generate_series(0, ${steps - 1}) i;
  INSERT INTO ${schema}.checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT t::text, '', 'id-' || lpad(i::text, 5, '0'), 'task', 0, 'a', 'json', '1'
  FROM generate_series(1, ${threads}) t, generate_series(0, ${steps - 1}) i`;

async function costOf(client: pg.Client, explained: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${explained}`, values);
  return rows[0]["QUERY PLAN"][0].Plan["Total Cost"];
}

/** What it costs by the plan for its values, and by the one that a prepared statement ends up with. */
async function costs(client: pg.Client, text: string, values: unknown[]): Promise<number[]> {
  const custom = await costOf(client, text, values);
  const nulls = values.length === 0 ? "" : `(${values.map(() => "NULL").join(", ")})`;
  await client.query(`PREPARE generic AS ${text}`);
  const generic = await costOf(client, `EXECUTE generic${nulls}`, []);
  await client.query("DEALLOCATE generic");
  return [custom, generic];
}

/** Names and costs of the statements that a server with JIT would compile. */
async function compiled(client: pg.Client, schema: string): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (const { name, statement } of [...allStatements(schema), ...statementsOfManyRows(schema)]) {
    for (const cost of await costs(client, statement.text, [...statement.values])) {
      if (cost >= COMPILED) found.push([name, cost]);
    }
  }
  return found;
}

describe("no statement costs so much by its estimate that a server compiles it", () => {
  const onTables = (prepare: (schema: string) => readonly string[]) =>
    withSchema((schema) =>
      withClient(async (client) => {
        await client.query(setupScript(schema));
        for (const command of prepare(schema)) await client.query(command);
        await client.query("SET plan_cache_mode = force_generic_plan");
        expect(await compiled(client, schema)).toEqual([]);
      }),
    );
  const LARGE = 60_000; // ms
  const analyze = (schema: string) => CONTENT_TABLES.map(({ name }) => `ANALYZE ${schema}.${name}`);

  it("on empty tables", () => onTables(() => []));

  it("on small tables that were not analyzed", () => onTables((schema) => [fill(schema)]));

  it("on small tables", () => onTables((schema) => [fill(schema), ...analyze(schema)]));

  it.each([
    ["that was analyzed", analyze],
    ["that was not", () => []],
  ])("on a thread of 10,000 checkpoints %s", { timeout: LARGE }, (_, then) =>
    onTables((schema) => [fill(schema, 1, 10_000), ...then(schema)]),
  );

  it("on tables of 200,000 checkpoints", { timeout: LARGE }, () =>
    onTables((schema) => [fill(schema, 10_000, 20), ...analyze(schema)]),
  );
});
