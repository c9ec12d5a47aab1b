import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { conformance, type Mode } from "@waypost/conformance";
import { withClient } from "@waypost/conformance/fixtures";
import { type DevPostgres, devPostgres } from "@waypost/dev-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Where Debian's packages install a server, a folder for each major version. */
const FOLDER = "/usr/lib/postgresql";

/** The newest that is installed; undefined where none is. */
const programs = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
  .sort((a, b) => Number(b) - Number(a))
  .map((version) => `${FOLDER}/${version}`)
  .find((folder) => existsSync(`${folder}/bin/postgres`));

/**
 * Registers the suite for a mode on the server that Debian packages: an older version than the one from
 * npm, which plans differently, and compiles expensive queries (JIT), for which the one from npm lacks
 * the libraries.
 */
export function onSystemPostgres(mode: Mode): void {
  if (programs === undefined) {
    it.skip(`${mode.name} on Debian's Postgres (it is not installed)`, () => {});
    return;
  }
  const version = spawnSync(`${programs}/bin/postgres`, ["--version"], { encoding: "utf8" }).stdout;
  describe(version.trim(), () => {
    const { DATABASE_URL } = process.env;
    let server: DevPostgres;
    beforeAll(async () => {
      server = await devPostgres({ programs });
      // All of the suite asks for it when a test runs.
      process.env.DATABASE_URL = server.url;
    });
    afterAll(async () => {
      process.env.DATABASE_URL = DATABASE_URL;
      await server?.stop();
    });

    it("compiles expensive queries", () =>
      withClient(async (client) => {
        const { rows } = await client.query(`SELECT pg_catalog.pg_jit_available() AS available,
          pg_catalog.current_setting('jit_above_cost') AS above`);
        expect(rows).toEqual([{ available: true, above: "100000" }]);
      }));

    conformance(mode);
  });
}
