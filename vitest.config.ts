import { configDefaults, defineConfig } from "vitest/config";
import { DEPTH } from "./packages/testing/src/depth.ts";

/** What takes long and is the same for all modes: `npm run test:full` has it, `npm test` does not. */
const FULL_ONLY = [
  "examples/**",
  "packages/cli/test/**",
  "packages/compare/test/{against,quick}.test.ts",
  "packages/dev-postgres/test/cli.test.ts",
  "packages/pg/test/long-thread.test.ts",
  "test/costs.test.ts",
  "test/docs.test.ts",
  "test/encrypted-storage.test.ts",
  "test/differential/**",
  "test/distribution.test.ts",
  "test/failover.test.ts",
  "test/faults/**",
  "test/packed/**",
  "test/pairs.test.ts",
  "test/pgbouncer.test.ts",
  "test/processes/**",
  "test/rights.test.ts",
  "test/servers/**",
  "test/tenants.test.ts",
];

/** What takes a Citus cluster: `npm run test:citus`. */
const CITUS_ONLY = process.env.CITUS_URL === undefined ? ["test/citus/**"] : [];

/** Packages resolve to their sources, so that tests need no build and errors point at real lines. */
const conditions = ["waypost-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...CITUS_ONLY, ...(DEPTH === "full" ? [] : FULL_ONLY)],
    // LangGraph's validation suite takes describe, it and expect from the global scope.
    globals: true,
    globalSetup: "./scripts/test-postgres.ts",
    reporters: ["default", "./scripts/totals-reporter.ts"],
    pool: "forks",
    // Files share no state, and importing LangGraph for each of them takes longer than most of them.
    isolate: false,
    // Tests wait for Postgres more than they compute; by default one core of two stays idle.
    maxWorkers: "100%",
    // They end what hangs; on a machine that is busy with other work, tests take ten times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
