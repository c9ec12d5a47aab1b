import { everyOperation, withClient, withSchema } from "@waypost/conformance/fixtures";
import { setupScript } from "@waypost/core";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { coordinatorUrl } from "./cluster.ts";

/** Makes the tables of a version, and distributes those that `distributed` takes, as somebody may have done then. */
const withOlder = (
  version: number,
  distributed: RegExp,
  work: (saver: PgSaver, schema: string) => Promise<void>,
) =>
  withSchema(async (schema) => {
    await withClient(async (client) => {
      const [older] = setupScript(schema).split(`VALUES (${version}) ON CONFLICT`);
      await client.query(`${older}VALUES (${version}) ON CONFLICT DO NOTHING; COMMIT`);
      const { rows } = await client.query(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname <> 'checkpoints'",
        [schema],
      );
      for (const { name } of rows.filter((row) => distributed.test(row.name))) {
        const table = `'${schema}.${name}'`;
        const others = name === "checkpoints" ? "none" : `${schema}.checkpoints`;
        await client.query(
          /migrations|settings/.test(name)
            ? `SELECT create_reference_table(${table})`
            : `SELECT create_distributed_table(${table}, 'thread_id', colocate_with => '${others}')`,
        );
        await client.query(`SELECT truncate_local_data_after_distributing_table(${table})`);
      }
    }, coordinatorUrl());
    await using saver = PgSaver.fromConnString(coordinatorUrl(), { schema });
    await work(saver, schema);
  }, coordinatorUrl());

const distributedTables = (schema: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      "SELECT FROM pg_dist_partition JOIN pg_class c ON c.oid = logicalrelid WHERE relnamespace = $1::regnamespace",
      [schema],
    );
    return rows.length;
  }, coordinatorUrl());

describe("setup of distributed tables of an older version", () => {
  it.each([1, 2, 3, 4])("%i upgrades them, and distributes what is new", (version) =>
    withOlder(version, /./, async (saver, schema) => {
      await saver.setup();
      expect(await distributedTables(schema)).toBe(7);
      await everyOperation(saver, "");
    }),
  );

  it("distributes also what was not", () =>
    withOlder(1, /^checkpoint/, async (saver, schema) => {
      await saver.setup({ distribute: "citus" });
      expect(await distributedTables(schema)).toBe(7);
      await everyOperation(saver, "");
    }));
});
