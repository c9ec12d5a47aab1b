import { TABLES } from "@waypost/core/adapter";
import { clusterOf } from "./citus.ts";
import type { Check, Finding } from "./finding.ts";
import { jit } from "./jit.ts";
import type { Session } from "./session.ts";
import { sqlState } from "./sqlstate.ts";
import { tables } from "./tables.ts";

const TRIES = 20;

async function connection(session: Session): Promise<Finding[]> {
  const [row] = await session.rows<{
    server: number;
    version: string;
    encoding: string;
    ssl: boolean | null;
  }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS server,
       pg_catalog.current_setting('server_version') AS version,
       pg_catalog.current_setting('server_encoding') AS encoding,
       (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()) AS ssl`,
  );
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const start = performance.now();
    await session.rows("SELECT 1");
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[TRIES / 2] as number;
  const findings: Finding[] = [
    { level: "ok", what: `Postgres ${row?.version}, ${row?.ssl ? "with" : "without"} TLS` },
    ...tooOld(row?.server ?? 0),
    median < 5
      ? { level: "ok", what: `A round trip takes ${median.toFixed(2)} ms` }
      : {
          level: "warning",
          what: `A round trip takes ${median.toFixed(1)} ms`,
          advice: "Each step of a graph takes a few; run the graphs closer to the database.",
        },
  ];
  if (row?.encoding !== "UTF8") {
    findings.push({
      level: "problem",
      what: `The database is encoded in ${row?.encoding}`,
      advice: "Waypost needs UTF8: create a database WITH ENCODING 'UTF8'.",
    });
  }
  return findings;
}

/** Multiranges, which reads need, came with Postgres 14. */
export function tooOld(server: number, oldest = 140_000): Finding[] {
  if (server >= oldest) return [];
  const what = "The server is too old";
  return [{ level: "problem", what, advice: "Waypost needs Postgres 14 or newer; upgrade it." }];
}

/** A pooler tells clients a process id of its own. */
async function pooler(session: Session): Promise<Finding[]> {
  const client = await session.pool.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pg_catalog.pg_backend_pid() AS pid",
    );
    const { processID } = client as unknown as { processID: number };
    const through = rows[0]?.pid !== processID;
    const prepared = await preparedStatements(client);
    return [
      {
        level: "ok",
        what: through ? "There is a pooler in between" : "Connected directly, without a pooler",
      },
      prepared
        ? { level: "ok", what: "Prepared statements work" }
        : {
            level: "warning",
            what: "The pooler loses prepared statements",
            advice:
              "Create savers with `prepare: false`, or let the pooler keep them (PgBouncer 1.21: max_prepared_statements).",
          },
    ];
  } finally {
    client.release();
  }
}

async function preparedStatements(client: {
  query(query: { name: string; text: string }): Promise<unknown>;
}): Promise<boolean> {
  try {
    for (let i = 0; i < TRIES; i++)
      await client.query({ name: "waypost doctor", text: "SELECT 1" });
    return true;
  } catch (error) {
    if (["26000", "42P05"].includes(sqlState(error) ?? "")) return false;
    throw error;
  }
}

/** Settings that cost data or much time: name, whether the value hurts, what to do. */
const SETTINGS: readonly [string, (value: string) => boolean, Finding["level"], string][] = [
  [
    "fsync",
    (v) => v === "off",
    "problem",
    "A crash of the machine can destroy the database; turn it on.",
  ],
  ["full_page_writes", (v) => v === "off", "problem", "A crash can damage pages; turn it on."],
  [
    "synchronous_commit",
    (v) => v === "off",
    "warning",
    "A crash loses the checkpoints of the last moments.",
  ],
  [
    "autovacuum",
    (v) => v === "off",
    "warning",
    "Removed checkpoints leave their space behind; turn it on.",
  ],
  [
    "default_transaction_isolation",
    (v) => v !== "read committed",
    "warning",
    'prune, sweep and copy need "read committed"; set it for the role of operators.',
  ],
  [
    "statement_timeout",
    (v) => Number(v) > 0 && Number(v) < 1000,
    "warning",
    "Large steps may take longer than that; allow some seconds.",
  ],
  [
    "default_transaction_read_only",
    (v) => v === "on",
    "problem",
    "Nothing can be stored; connect to the primary, or set it off for this role.",
  ],
];

async function settings(session: Session): Promise<Finding[]> {
  const rows = await session.rows<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY ($1::text[])",
    [SETTINGS.map(([name]) => name)],
  );
  const values = new Map(rows.map(({ name, setting }) => [name, setting]));
  const hurting = SETTINGS.filter(([name, hurts]) => hurts(values.get(name) ?? "")).map(
    ([name, , level, advice]): Finding => ({
      level,
      what: `${name} is ${values.get(name)}`,
      advice,
    }),
  );
  return hurting.length > 0 ? hurting : [{ level: "ok", what: "No setting of the server hurts" }];
}

/** How a Citus cluster has the tables; nothing where there is none. */
async function cluster(session: Session): Promise<Finding[]> {
  const all = Object.values(TABLES).map(({ name }) => name);
  const found = await clusterOf(session, all);
  if (found === undefined) return [];
  const { version, missing, leftBehind } = found;
  const advice = "Run `waypost setup --distribute citus` over the coordinator.";
  return [
    { level: "ok", what: `The tables are distributed by Citus ${version}` },
    ...(missing.length === 0
      ? []
      : [
          {
            level: "problem" as const,
            what: `Not distributed, so out of reach over workers: ${missing.join(", ")}`,
            advice,
          },
        ]),
    ...(leftBehind.length === 0
      ? []
      : [
          {
            level: "warning" as const,
            what: `Rows from before are still on this server's disk: ${leftBehind.join(", ")}`,
            advice: `SELECT truncate_local_data_after_distributing_table('${session.schema}.${leftBehind[0]}'), and so on.`,
          },
        ]),
  ];
}

export const CHECKS: readonly Check[] = [connection, pooler, tables, cluster, settings, jit];
