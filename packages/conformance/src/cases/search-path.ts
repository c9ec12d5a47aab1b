import { describe, expect, it } from "vitest";
import { databaseUrl, scriptFor, withClient, withSchema } from "../database.ts";
import { itUnless } from "../left-out.ts";
import type { Mode } from "../mode.ts";
import { everyOperation } from "../operations.ts";
import { grants, withRole } from "../roles.ts";

/** Functions that fit the statements at least as well as those of the server do. */
const FUNCTIONS = [
  "convert_from(bytea, text)",
  "convert_to(text, text)",
  "current_setting(text, boolean)",
  "hashtextextended(text, int)",
  "jsonb_array_length(jsonb)",
  "jsonb_each_text(jsonb)",
  "pg_advisory_xact_lock(bigint)",
  "pg_column_size(bytea)",
  "pg_column_size(jsonb)",
  "set_config(text, text, boolean)",
  "starts_with(text, text)",
  "unnest(text[])",
];
const OPERATORS = [
  ["->", "jsonb", "jsonb"],
  ["->>", "jsonb", "jsonb"],
  ["<", "numeric", "int"],
  ["||", "text", "int"],
] as const;

/** Tables, functions and operators that the statements could be led to, none of which works. */
const decoys = (schema: string): string => {
  const trap = (signature: string) =>
    `CREATE FUNCTION ${schema}.${signature} RETURNS text LANGUAGE sql AS $$ SELECT (1 / 0)::text $$;`;
  const operators = OPERATORS.map(
    ([name, left, right], i) => `${trap(`trap${i}(${left}, ${right})`)}
      CREATE OPERATOR ${schema}.${name}
        (FUNCTION = ${schema}.trap${i}, LEFTARG = ${left}, RIGHTARG = ${right});`,
  );
  const aggregates = ["count", "max", "min", "array_agg", "jsonb_agg"].map(
    (name) => `CREATE AGGREGATE ${schema}.${name} (text) (SFUNC = ${schema}.trap, STYPE = text);`,
  );
  return `
    CREATE TABLE ${schema}.checkpoints (decoy int);
    CREATE TABLE ${schema}.checkpoint_blobs (decoy int);
    CREATE TABLE ${schema}.checkpoint_writes (decoy int);
    CREATE TABLE ${schema}.waypost_parts (decoy int);
    CREATE TABLE ${schema}.waypost_settings (decoy int);
    CREATE TABLE ${schema}.waypost_migrations (version int);
    CREATE TABLE ${schema}.waypost_deleted_threads (decoy int);
    INSERT INTO ${schema}.waypost_migrations VALUES (1000);
    ${[...FUNCTIONS, "trap(text, text)"].map(trap).join("\n")}
    ${operators.join("\n")} ${aggregates.join("\n")}`;
};

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

    const reason = "Citus sends functions to the nodes without their schema";
    itUnless(mode.distributed, reason)(
      "may lead to other tables, functions and operators of the same names",
      () =>
        withDecoys(async (decoy, schema) => {
          await withClient((client) => client.query(scriptFor(mode, schema)));
          await withRole(async ({ name, url }) => {
            await withClient((client) =>
              client.query(`${grants(schema, name)} ${grants(decoy, name)}
              ALTER ROLE ${name} SET search_path = ${decoy}, "no such schema"`),
            );
            await everyOperationAt(url, schema);
          });
        }),
    );

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
