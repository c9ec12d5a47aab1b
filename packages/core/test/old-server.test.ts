import { describe, expect, it } from "vitest";
import { withClient, withSchema } from "../../conformance/src/database.ts";
import type { Driver, Queryable } from "../src/driver/driver.ts";
import { databaseError } from "../src/errors/errors.ts";
import { setup } from "../src/schema/setup.ts";

describe("a server that is too old", () => {
  it("is refused by setup, with the version that is needed, before anything is created", () =>
    withSchema((schema) =>
      withClient(async (client) => {
        const query: Queryable["query"] = async ({ text, values }) =>
          (await client.query(text, [...values])).rows;
        const driver = {
          query,
          transaction: (work) => work({ query, joined: true }),
        } as Partial<Driver> as Driver;
        const { rows } = await client.query("SHOW server_version");
        await expect(setup(driver, schema, {}, 990_000)).rejects.toMatchObject({
          code: "WAYPOST_OLD_SERVER",
          message: expect.stringContaining(
            `needs Postgres 99 or newer, and this server is ${rows[0].server_version}.`,
          ),
        });
        const found = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
        expect(found.rowCount).toBe(0);
        await setup(driver, schema);
      }),
    ));

  it("is told of where a read is the first to find out", () =>
    withClient(async (client) => {
      for (const lacks of ["SELECT no_such_function(1)", "SELECT NULL::no_such_type"]) {
        const cause = await client.query(lacks).catch((error: unknown) => error);
        expect(databaseError("getTuple", cause).message).toContain("Postgres 14 or newer");
      }
    }));
});
