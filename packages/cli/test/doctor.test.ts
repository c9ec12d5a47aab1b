import {
  databaseUrl,
  grants,
  withClient,
  withRole,
  withSchema,
} from "@waypost/conformance/fixtures";
import { setupScript, TABLES } from "@waypost/core/adapter";
import { describe, expect, it } from "vitest";
import { tooOld } from "../src/checks.ts";
import { jitFindings } from "../src/jit.ts";
import { Session } from "../src/session.ts";
import { json, withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

describe.concurrent("waypost status and doctor", () => {
  it("say how large all is, and that all is well", () =>
    withThreads(async (schema) => {
      const status = await waypost(["status", "--schema", schema]);
      expect(status.stdout).toMatch(/checkpoint_blobs.*B.*\n[\s\S]*Biggest threads[\s\S]*chat/);
      const read = json((await waypost(["status", "--json", "--schema", schema])).stdout);
      expect(read.biggest[0]).toMatchObject({ thread: "chat" });
      expect(read.tables).toHaveLength(4);
      const doctor = await waypost(["doctor", "--schema", schema]);
      expect(doctor.stdout).toContain("Prepared statements work");
      expect(doctor.stdout).toContain("Tables, keys and rights are complete");
      // The server of the tests may have settings that nobody should have.
      expect(doctor.code).toBe(doctor.stdout.includes("✗") ? 1 : 0);
    }));

  it("find what is missing, and say what to do", () =>
    withSchema(async (schema) => {
      const none = await waypost(["doctor", "--schema", schema]);
      expect(none.code).toBe(1);
      expect(none.stdout).toContain("waypost setup");
      await waypost(["setup", "--schema", schema]);
      const url = new URL(databaseUrl());
      await withClient(async (client) => {
        await client.query(`CREATE ROLE ${schema} LOGIN PASSWORD 'hunter2';
          GRANT USAGE ON SCHEMA ${schema} TO ${schema};
          GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${schema};
          ALTER ROLE ${schema} SET synchronous_commit = off`);
      });
      try {
        url.username = schema;
        url.password = "hunter2";
        const poor = await waypost(["doctor", "--schema", schema], "", { DATABASE_URL: url.href });
        expect(poor.code).toBe(1);
        expect(poor.stdout).toContain("GRANT INSERT, UPDATE, DELETE ON");
        expect(poor.stdout).toContain("synchronous_commit is off");
        expect(poor.stdout + poor.stderr).not.toContain("hunter2");
      } finally {
        await withClient((client) => client.query(`DROP OWNED BY ${schema}; DROP ROLE ${schema}`));
      }
    }));
});

describe.concurrent("waypost doctor", () => {
  it("finds each right that is missing of any table, and none where all are there", () =>
    withSchema((schema) =>
      withRole(async ({ name: role, url }) => {
        const doctor = async (): Promise<{ level: string; what: string; advice?: string }[]> =>
          json(
            (await waypost(["doctor", "--json", "--schema", schema], "", { DATABASE_URL: url }))
              .stdout,
          );
        const query = (text: string) => withClient((client) => client.query(text));
        const about = async (text: string) =>
          (await doctor()).filter(({ what, advice = "" }) => (what + advice).includes(text));
        await query(setupScript(schema) + grants(schema, role));
        expect(await about("complete")).toMatchObject([{ level: "ok" }]);
        const all = Object.values(TABLES).flatMap(({ name, rights }) =>
          rights.map((right) => ({ name, right })),
        );
        await query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`);
        const found = await about("No right to");
        expect(await about("complete")).toEqual([]);
        for (const { name, right } of all) {
          const finding = found.find(({ what }) => what.includes(`on ${name}`));
          expect(finding).toMatchObject({
            level: name === TABLES.deleted.name ? "warning" : "problem",
            what: expect.stringContaining(right),
            advice: expect.stringContaining(`"${schema}".${name} TO`),
          });
        }
        await query(found.map(({ advice }) => advice?.replace(/ TO .*/, ` TO ${role};`)).join(""));
        expect(await about("complete")).toMatchObject([{ level: "ok" }]);
        await query(`REVOKE USAGE ON SCHEMA ${schema} FROM ${role}`);
        expect(await about("GRANT USAGE ON SCHEMA")).toMatchObject([{ level: "problem" }]);
      }),
    ));

  it("says who can make tables that are missing", () =>
    withSchema((schema) =>
      withRole(async ({ name: role, url }) => {
        const doctor = async () =>
          (await waypost(["doctor", "--schema", schema], "", { DATABASE_URL: url })).stdout;
        const query = (text: string) => withClient((client) => client.query(text));
        expect(await doctor()).toContain("as a role that may create schemas");
        await query(`CREATE SCHEMA ${schema}; GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
        expect(await doctor()).toContain("as a role that may create tables in the schema");
        await query(`GRANT CREATE ON SCHEMA ${schema} TO ${role}`);
        expect(await doctor()).toContain("Run `waypost setup`;");
        await query(`CREATE TABLE ${schema}.checkpoints ()`);
        expect(await doctor()).toContain("who owns checkpoints");
      }),
    ));

  it("tells of tables that the official saver made under the name without its capitals", () =>
    withSchema(async (schema) => {
      const query = (text: string) => withClient((client) => client.query(text));
      await query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.checkpoint_migrations ()`);
      const { stdout } = await waypost(["doctor", "--schema", schema.toUpperCase()]);
      expect(stdout).toContain(`pass --schema ${schema}`);
      expect((await waypost(["doctor", "--schema", schema])).stdout).not.toContain("capitals");
    }));

  it("names the calls that a server with JIT compiles, by their estimated costs", () =>
    withThreads(async (schema) => {
      await using session = new Session({ database: databaseUrl(), schema, json: false });
      expect(await jitFindings(session, 100_000)).toMatchObject([{ level: "ok" }]);
      const found = await jitFindings(session, 1);
      expect(found).toMatchObject([
        { what: expect.stringContaining("jit_above_cost is 1") },
        { what: expect.stringMatching(/list\(\) without a thread .*listThreads.*deleteForRuns/) },
      ]);
      for (const { level, advice } of found) {
        expect([level, advice]).toEqual(["warning", expect.stringContaining("SET jit = off")]);
      }
    }));

  it("warns of JIT where the server has it, and the role has not switched it off", () =>
    withThreads(async (schema) => {
      const { rows } = await withClient((client) =>
        client.query("SELECT pg_catalog.pg_jit_available() AS available"),
      );
      const doctor = async (options: string) => {
        const url = new URL(databaseUrl());
        url.searchParams.set("options", options);
        const env = { DATABASE_URL: url.href };
        return (await waypost(["doctor", "--schema", schema], "", env)).stdout;
      };
      const warned = await doctor("-c jit_above_cost=1");
      expect(warned.includes("jit_above_cost is 1")).toBe(rows[0].available);
      expect(await doctor("-c jit_above_cost=1 -c jit=off")).not.toContain("JIT");
      expect(await doctor("-c jit_above_cost=-1")).not.toContain("JIT");
    }));

  it("names the version that is needed where the server is older", () => {
    expect(tooOld(130_023)).toMatchObject([
      { level: "problem", advice: expect.stringContaining("Postgres 14 or newer") },
    ]);
    expect(tooOld(140_000)).toEqual([]);
  });
});
