/**
 * `CITUS_URL=postgresql://… npm run test:citus`: the suites of four modes with tables that are distributed, and what
 * holds on a cluster only. The URL is that of the coordinator; its role is a superuser.
 */
import { spawnSync } from "node:child_process";

const url = process.env.CITUS_URL;
if (!url) {
  process.stderr.write("Set CITUS_URL to the coordinator of a Citus cluster that has workers.\n");
  process.exit(1);
}
const FILES = [
  "test/citus/",
  "packages/pg/test/pool.test.ts",
  "packages/pg/test/client.test.ts",
  "packages/postgres-js/test/pool.test.ts",
  "packages/kysely/test/pg.test.ts",
];
const env = { ...process.env, DATABASE_URL: url };
const { status } = spawnSync("vitest", ["run", ...FILES], { env, stdio: "inherit" });
process.exit(status ?? 1);
