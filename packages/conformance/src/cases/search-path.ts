import { setupScript } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { databaseUrl, withClient, withSchema } from "../database.ts";
import type { Mode } from "../mode.ts";
import { everyOperation } from "../operations.ts";
import { grants, withRole } from "../roles.ts";

/** Tables, functions and an operator of the names that the statements use, none of which can be used. */
const decoys = (schema: string) => `
  CREATE TABLE ${schema}.checkpoints (decoy int);
  CREATE TABLE ${schema}.checkpoint_blobs (decoy int);
  CREATE TABLE ${schema}.checkpoint_writes (decoy int);
  CREATE TABLE ${schema}.waypost_migrations (version int);
  CREATE TABLE ${schema}.waypost_deleted_threads (decoy int);
  INSERT INTO ${schema}.waypost_migrations VALUES (1000);
  ${[
    "starts_with(text, text)",
    "set_config(text, text, boolean)",
    "current_setting(text, boolean)",
    "hashtextextended(text, int)",
    "jsonb_each_text(jsonb)",
    "convert_to(text, text)",
    "length(bytea)",
    "octet_length(text)",
  ]
    .map(
      (signature) =>
        `CREATE FUNCTION ${schema}.${signature} RETURNS boolean LANGUAGE sql AS 'SELECT (1 / 0) = 1';`,
    )
    .join("\n  ")}`;

/** Settings of the connection that are not the saver's. */
export function searchPathCases(mode: Mode): void {
  describe(`${mode.name}: the search path`, () => {
    const withDecoys = (work: (decoy: string, schema: string) => Promise<void>) =>
      withSchema((decoy) =>
        withSchema(async (schema) => {
          await withClient((client) => client.query(`CREATE SCHEMA ${decoy}; ${decoys(decoy)}`));
          await work(decoy, schema);
        }),
      );

    const everyOperationAt = async (url: string, schema: string) => {
      const session = await mode.open(url, { schema });
      try {
        await session.saver.setup();
        await everyOperation(session.saver, "", mode.cursor);
      } finally {
        await session.close();
      }
    };

    it("may lead to other tables and functions of the same names", () =>
      withDecoys(async (decoy, schema) => {
        await withClient((client) => client.query(setupScript(schema)));
        await withRole(async ({ name, url }) => {
          await withClient((client) =>
            client.query(`${grants(schema, name)} ${grants(decoy, name)}
              ALTER ROLE ${name} SET search_path = ${decoy}, "no such schema"`),
          );
          await everyOperationAt(url, schema);
        });
      }));

    it("may lead nowhere, as the connection string says, also for setup", () =>
      withDecoys(async (decoy, schema) => {
        const url = new URL(databaseUrl());
        url.searchParams.set("options", `-c search_path=${decoy},nonsense`);
        await everyOperationAt(url.href.replaceAll("+", "%20"), schema);
        await withClient(async (client) => {
          const { rows } = await client.query(
            `SELECT count(*)::int AS rows FROM ${decoy}.checkpoints`,
          );
          expect(rows).toEqual([{ rows: 0 }]);
        });
      }));
  });
}
