import { defineConfig } from "vitest/config";

/** Packages resolve to their sources, so that tests need no build and errors point at real lines. */
const conditions = ["waypost-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts"],
    // LangGraph's validation suite takes describe, it and expect from the global scope.
    globals: true,
    globalSetup: "./scripts/test-postgres.ts",
    reporters: ["default", "./scripts/totals-reporter.ts"],
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
