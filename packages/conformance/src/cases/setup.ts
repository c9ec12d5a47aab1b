import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { setupScript, TABLES } from "@waypost/core/adapter";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { databaseUrl, dropSchema, withClient, withSaver, withSchema } from "../database.ts";
import { thread } from "../graphs.ts";
import { itUnless, itWithOfficial } from "../left-out.ts";
import type { Mode } from "../mode.ts";
import { PYTHON_MIGRATIONS, pythonSetup } from "../python.ts";

/** Tables, columns and keys of a schema, but for the official savers' own bookkeeping. */
async function describeSchema(schema: string) {
  return withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default
       FROM information_schema.columns c WHERE c.table_schema = $1
         AND c.table_name NOT IN ('checkpoint_migrations')
       ORDER BY c.table_name, c.column_name`,
      [schema],
    );
    return rows;
  });
}

/** The tables of a schema, as `TABLES` describes them. */
async function catalogOf(schema: string) {
  return withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT c.relname AS name,
         pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_object(
           'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull
         )) AS columns,
         (
           SELECT pg_catalog.json_agg(k.attname ORDER BY pg_catalog.array_position(i.indkey::int2[], k.attnum))
           FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute k
             ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
           WHERE i.indrelid = c.oid AND i.indisprimary
         ) AS key
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a
         ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
       GROUP BY c.oid ORDER BY c.relname`,
      [schema],
    );
    return rows;
  });
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  a.name < b.name ? -1 : 1;

/** Puts and reads back; throws where the tables do not fit. */
async function roundTrip(saver: PostgresSaver | Awaited<ReturnType<Mode["open"]>>["saver"]) {
  const stored = checkpoint({ greeting: "hello" });
  await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
  expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(stored);
}

function setupInTransactionCase(mode: Mode): void {
  it(`${mode.name}: setup is undone with the transaction it joined`, () =>
    withSchema(async (schema) => {
      const session = await mode.open(databaseUrl(), { schema });
      await session.saver.setup();
      await roundTrip(session.saver);
      await session.close();
      const client = new pg.Client({ connectionString: databaseUrl() });
      await client.connect();
      const found = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
      await client.end();
      expect(found.rowCount).toBe(0);
    }));
}

export function setupCases(mode: Mode): void {
  if (mode.begin) {
    setupInTransactionCase(mode);
    return;
  }
  describe(`${mode.name}: setup`, () => {
    const setup = async (schema: string, url = databaseUrl()) => {
      const session = await mode.open(url, { schema });
      await session.saver.setup().finally(() => session.close());
    };

    it("succeeds 16 times at once on an empty database", () =>
      withSchema(async (schema) => {
        await Promise.all(Array.from({ length: 16 }, () => setup(schema)));
        const session = await mode.open(databaseUrl(), { schema });
        await roundTrip(session.saver).finally(() => session.close());
      }));

    it("writes nothing to a schema that is ready, and needs no right to create", () =>
      withSchema(async (schema) => {
        await setup(schema);
        const role = schema;
        await withClient(async (client) => {
          await client.query(`
            CREATE ROLE ${role} LOGIN PASSWORD 'secret';
            ALTER ROLE ${role} SET default_transaction_read_only = on;
            GRANT USAGE ON SCHEMA ${schema} TO ${role};
            GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role};
            REVOKE CREATE ON DATABASE ${client.database} FROM PUBLIC`);
        });
        const url = new URL(databaseUrl());
        url.username = role;
        url.password = "secret";
        await setup(schema, url.href);
        await withClient((client) => client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
      }));

    it("makes the tables that the printed script makes, and finds nothing to do after it", () =>
      withSchema((scripted) =>
        withSchema(async (schema) => {
          await setup(schema);
          await withClient((client) => client.query(setupScript(scripted)));
          await withClient((client) => client.query(setupScript(scripted)));
          expect(await describeSchema(scripted)).toEqual(await describeSchema(schema));
          const applied = (name: string) =>
            withClient(async (client) => {
              const { rows } = await client.query(
                `SELECT version, applied_at FROM ${name}.waypost_migrations ORDER BY version`,
              );
              return rows;
            });
          const before = await applied(scripted);
          await setup(scripted);
          expect(await applied(scripted)).toEqual(before);
          expect(before.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
        }),
      ));

    it.each([
      ["shared", "incremental", 1],
      ["whole", "full", 0],
    ])("reads a storage that was called %s before, and names it %s", (old, now, incremental) =>
      withSaver(mode, (saver, schema) =>
        withClient(async (client) => {
          const settings = `"${schema}".waypost_settings`;
          await client.query(`UPDATE ${settings} SET value = $1`, [old]);
          await client.query(`DELETE FROM "${schema}".waypost_migrations WHERE version >= 5`);
          const line = "x".repeat(2000);
          await putChain(saver, "1", 2, (step) => ({ log: [line, step] }));
          const { rows } = await client.query(
            `SELECT 1 FROM "${schema}".checkpoint_blobs WHERE segments IS NOT NULL`,
          );
          expect(rows).toHaveLength(incremental);
          await saver.setup();
          expect((await client.query(`SELECT value FROM ${settings}`)).rows).toEqual([
            { value: now },
          ]);
        }),
      ),
    );

    itWithOfficial(mode)(
      "upgrades the tables of the official saver in place, and that saver goes on working",
      () =>
        withSchema(async (schema) => {
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
          await official.setup();
          await roundTrip(official);
          const session = await mode.open(databaseUrl(), { schema });
          await session.saver.setup();
          expect(await session.saver.getTuple(thread("1"))).toEqual(
            await official.getTuple(thread("1")),
          );
          await roundTrip(session.saver);
          await official.setup();
          await roundTrip(official);
          await session.close();
          await official.end();
        }),
    );

    it("refuses a name that the official saver did not quote, until told to begin without its threads", () =>
      withSchema((folded) =>
        withSchema(async (unique) => {
          // What a saver up to 1.0.0 made when it was told the name with capitals.
          const schema = folded.toUpperCase();
          const official = PostgresSaver.fromConnString(databaseUrl(), { schema: folded });
          await official.setup();
          await official.end();
          try {
            await expect(setup(schema)).rejects.toMatchObject({
              code: "WAYPOST_SCHEMA_CASE",
              message: expect.stringContaining(`Pass schema: "${folded}"`),
            });
            expect(await describeSchema(schema)).toEqual([]);
            await setup(unique.toUpperCase());
            await withClient((client) => client.query(setupScript(schema)));
            await setup(schema);
            await setup(folded);
          } finally {
            await dropSchema(schema);
            await dropSchema(unique.toUpperCase());
          }
        }),
      ));

    it("makes the tables that are described, with their columns and keys, and no others", () =>
      withSchema(async (schema) => {
        await setup(schema);
        const described = Object.values(TABLES).map(({ name, columns, key }) => ({
          name,
          columns,
          key,
        }));
        expect(await catalogOf(schema)).toEqual(described.sort(byName));
      }));

    itWithOfficial(mode)("lets the official saver's setup follow its own", () =>
      withSchema(async (schema) => {
        await setup(schema);
        const official = PostgresSaver.fromConnString(databaseUrl(), { schema });
        await official.setup();
        await roundTrip(official);
        await official.end();
      }),
    );

    it.each([PYTHON_MIGRATIONS.length, 9, 5])(
      "upgrades tables that Python's saver made with %i migrations, whose setup then still works",
      (migrations) =>
        withSchema(async (schema) => {
          await withClient((client) => client.query(`CREATE SCHEMA ${schema}`));
          await pythonSetup(schema, migrations);
          const session = await mode.open(databaseUrl(), { schema });
          await session.saver.setup();
          await pythonSetup(schema);
          await roundTrip(session.saver).finally(() => session.close());
        }),
    );

    it("makes the same tables from scratch as from those of the official savers", () =>
      withSchema((fresh) =>
        withSchema(async (upgraded) => {
          await withClient((client) => client.query(`CREATE SCHEMA ${upgraded}`));
          await pythonSetup(upgraded);
          await Promise.all([setup(fresh), setup(upgraded)]);
          expect(await describeSchema(upgraded)).toEqual(await describeSchema(fresh));
        }),
      ));

    it("tells what to do where the tables are missing", () =>
      withSchema(async (schema) => {
        const session = await mode.open(databaseUrl(), { schema });
        const read = session.saver.getTuple(thread("1"));
        await expect(read).rejects.toThrow(/call `setup\(\)`.*42P01/);
        await session.close();
      }));

    it("tells what to do where the role may not create tables", () =>
      withSchema(async (schema) => {
        const role = schema;
        await withClient((client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`));
        const url = new URL(databaseUrl());
        url.username = role;
        url.password = "secret";
        await expect(setup(`${schema}_other`, url.href)).rejects.toThrow(/privilege.*42501/);
        await withClient((client) => client.query(`DROP ROLE ${role}`));
      }));

    const itInDatabase = itUnless(mode.distributed, "a new database lacks the extension citus");
    itInDatabase("refuses a database that is not encoded in UTF8", () =>
      withSchema(async (name) => {
        await withClient((client) =>
          client.query(
            `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`,
          ),
        );
        const url = new URL(databaseUrl());
        url.pathname = `/${name}`;
        await expect(setup("public", url.href)).rejects.toThrow("UTF8");
        await withClient((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      }),
    );
  });
}
