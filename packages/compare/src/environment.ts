import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import os from "node:os";
import pg from "pg";
import { pgbenchVersion } from "./measure/pgbench.ts";
import type { Environment } from "./report.ts";
import { POOL_SIZE } from "./subjects/subject.ts";

const PACKAGES = [
  ...["@waypost/core", "@langchain/langgraph", "@langchain/langgraph-checkpoint"],
  ...["@langchain/langgraph-checkpoint-postgres", "pg", "postgres", "kysely"],
  ...["kysely-postgres-js", "@electric-sql/pglite"],
];

/** Those that decide how fast a write or a read is. */
const SETTINGS = [
  ...["fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "work_mem"],
  ...["max_connections", "jit", "jit_above_cost", "autovacuum", "default_toast_compression"],
];

/** Where and with what the run takes place. */
export async function environment(url: string, embedded: boolean): Promise<Environment> {
  const [cpu] = os.cpus();
  return {
    machine: {
      cpu: cpu?.model.trim() ?? "unknown",
      cores: os.availableParallelism(),
      memoryGb: Math.round(os.totalmem() / 1024 ** 3),
      system: `${os.type()} ${os.release()} ${os.arch()}`,
    },
    node: process.version,
    postgres: { embedded, ...(await server(url)) },
    poolSize: POOL_SIZE,
    versions: {
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
      pgbench: pgbenchVersion() ?? "not installed, hence not measured",
    },
  };
}

async function server(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; value: string }>(
      `SELECT name, CASE WHEN name <> 'jit' OR pg_jit_available() THEN current_setting(name)
         ELSE 'not available' END AS value
       FROM pg_settings WHERE name = ANY ($1)`,
      [["server_version", ...SETTINGS]],
    );
    const { server_version: version = "unknown", ...settings } = Object.fromEntries(
      rows.map(({ name, value }) => [name, value]),
    );
    return { version, settings };
  } finally {
    await client.end();
  }
}

function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  return path === undefined ? "unknown" : JSON.parse(readFileSync(path, "utf8")).version;
}
