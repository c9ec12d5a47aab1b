import { databaseUrl, freshName, putChain, withClient } from "@waypost/conformance/fixtures";
import { setupScript } from "@waypost/core";
import { expect, it } from "vitest";
import { PgSaver } from "../src/index.ts";

/** Functions and a catalog with the names of Citus, that only note what they are asked for. */
const STAND_IN = `
  SET allow_system_table_mods = on;
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    VALUES (99999, 'citus', 10, 11, false, 'stand-in');
  CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass PRIMARY KEY, how text, mode text, n serial);
  CREATE FUNCTION pg_catalog.create_distributed_table(name regclass, col text, colocate_with text DEFAULT 'default')
    RETURNS void LANGUAGE sql AS $$ INSERT INTO pg_dist_partition SELECT name, col || ' beside ' || colocate_with,
      current_setting('citus.multi_shard_modify_mode') $$;
  CREATE FUNCTION pg_catalog.create_reference_table(name regclass)
    RETURNS void LANGUAGE sql AS $$ INSERT INTO pg_dist_partition VALUES (name, 'everywhere', '') $$;
  CREATE TABLE pg_catalog.pg_dist_local_group (groupid int);
  INSERT INTO pg_catalog.pg_dist_local_group VALUES (0);
  CREATE TABLE pg_catalog.truncated (name regclass);
  CREATE FUNCTION pg_catalog.truncate_local_data_after_distributing_table(name regclass)
    RETURNS void LANGUAGE sql AS $$ INSERT INTO truncated VALUES (name) $$`;

const BESIDE = `thread_id beside "agents".checkpoints`;
const ASKED = [
  ["agents.checkpoints", "thread_id beside none"],
  ["agents.checkpoint_blobs", BESIDE],
  ["agents.checkpoint_writes", BESIDE],
  ["agents.waypost_parts", BESIDE],
  ["agents.waypost_deleted_threads", BESIDE],
  ["agents.waypost_migrations", "everywhere"],
  ["agents.waypost_settings", "everywhere"],
];

async function withStandIn(work: (url: string) => Promise<void>): Promise<void> {
  const name = freshName();
  const url = new URL(databaseUrl());
  url.pathname = `/${name}`;
  await withClient((client) => client.query(`CREATE DATABASE ${name}`));
  try {
    await withClient((client) => client.query(STAND_IN), url.href);
    await work(url.href);
  } finally {
    await withClient((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** What the stand-in was asked for, in order. */
const asked = (url: string) =>
  withClient(async (client) => {
    const text = "SELECT logicalrelid::text AS name, how, mode FROM pg_dist_partition ORDER BY n";
    const { rows } = await client.query(text);
    for (const { how, mode } of rows) expect(mode).toBe(how === "everywhere" ? "" : "sequential");
    return rows.map(({ name, how }) => [name, how]);
  }, url);

it("setup asks Citus once for each table, and a thread is on one node", () =>
  withStandIn(async (url) => {
    await using saver = PgSaver.fromConnString(url, { schema: "agents" });
    await saver.setup({ distribute: "citus" });
    expect(await asked(url)).toEqual(ASKED);
    await saver.setup({ distribute: "citus" });
    expect(await asked(url)).toEqual(ASKED);
  }));

it("setup distributes tables that are there", () =>
  withStandIn(async (url) => {
    await using saver = PgSaver.fromConnString(url, { schema: "agents" });
    await saver.setup();
    expect(await asked(url)).toEqual([]);
    await saver.setup({ distribute: "citus" });
    expect(await asked(url)).toEqual(ASKED);
  }));

it("setup leaves nothing of them on the coordinator", () =>
  withStandIn(async (url) => {
    await using saver = PgSaver.fromConnString(url, { schema: "agents" });
    await saver.setup();
    await putChain(saver, "thread", 1, () => ({ value: 1 }));
    await saver.setup({ distribute: "citus" });
    const { rows } = await withClient(
      (client) => client.query("SELECT name::text FROM truncated"),
      url,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      ...["agents.checkpoints", "agents.checkpoint_blobs"],
      ...["agents.waypost_migrations", "agents.waypost_settings"],
    ]);
  }));

it("an upgrade distributes what is new where tables are distributed", () =>
  withStandIn(async (url) => {
    const [older] = setupScript("agents").split(
      'CREATE TABLE IF NOT EXISTS "agents".waypost_parts',
    );
    await withClient(async (client) => {
      await client.query(`${older} COMMIT`);
      await client.query(`SET citus.multi_shard_modify_mode = 'sequential';
        SELECT create_distributed_table('agents.checkpoints', 'thread_id', 'none')`);
    }, url);
    await using saver = PgSaver.fromConnString(url, { schema: "agents" });
    await saver.setup();
    expect(await asked(url)).toEqual(ASKED);
  }));

it("a worker does not distribute", () =>
  withStandIn(async (url) => {
    await withClient((client) => client.query("UPDATE pg_dist_local_group SET groupid = 1"), url);
    await using saver = PgSaver.fromConnString(url, { schema: "agents" });
    await expect(saver.setup({ distribute: "citus" })).rejects.toMatchObject({
      code: "WAYPOST_NO_CITUS",
      message: expect.stringMatching(/coordinator/),
    });
  }));

it("the script does the same, as often as it is run", () =>
  withStandIn(async (url) => {
    const script = setupScript("agents", { distribute: "citus" });
    for (let i = 0; i < 2; i++) await withClient((client) => client.query(script), url);
    expect(await asked(url)).toEqual(ASKED);
  }));
