import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RawWork } from "../scenarios/scenario.ts";
import { POOL_SIZE } from "../subjects/subject.ts";
import { READ_KEY, rawTable } from "./floor.ts";
import type { Runner } from "./rounds.ts";

const execute = promisify(execFile);

/** Its first line of `--version`, or undefined where it is not installed. */
export function pgbenchVersion(): string | undefined {
  const { status, stdout } = spawnSync("pgbench", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

// Pgbench takes a colon for a variable wherever it stands; a text with another sign is as long.
const literal = (text: string): string => `'${text.replaceAll("'", "''").replaceAll(":", "=")}'`;

function script(schema: string, { kind, rows }: RawWork): string {
  const table = rawTable(schema);
  if (kind === "read")
    return `SELECT value FROM ${table} WHERE key = '${READ_KEY}' ORDER BY position;`;
  const tuples = rows.map(
    (row, i) => `((:key)::text, ${i}, ${literal(row).replaceAll("\n", " ")})`,
  );
  return `\\set key random(1, 1000000000000000)\nINSERT INTO ${table} (key, position, value) VALUES ${tuples.join(", ")};`;
}

/** Starting pgbench takes longer than a few of them. */
const MIN_TRANSACTIONS = 50;

/** The same statement by Postgres' own benchmark, a C program: what is left without Node. */
export function pgbenchRunner(url: string, schema: string, work: RawWork): Runner {
  const clients = Math.min(work.callers ?? 1, POOL_SIZE);
  const { password, ...target } = withoutPassword(url);
  return {
    async run(times) {
      const folder = await mkdtemp(join(tmpdir(), "waypost-pgbench-"));
      try {
        const file = join(folder, "script.sql");
        await writeFile(file, script(schema, work));
        const protocol = work.kind === "read" ? "prepared" : "simple";
        const transactions = Math.max(times, MIN_TRANSACTIONS);
        const args = [
          ...["--no-vacuum", "--log", "--log-prefix", join(folder, "log"), "--file", file],
          ...["--protocol", protocol, "--client", String(clients)],
          ...["--transactions", String(transactions), target.url],
        ];
        await execute("pgbench", args, { env: { ...process.env, PGPASSWORD: password } });
        return (await intervals(folder)).map((ms) => [ms / clients]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

function withoutPassword(url: string): { url: string; password: string } {
  const target = new URL(url);
  const password = decodeURIComponent(target.password);
  target.password = "";
  return { url: target.href, password };
}

/**
 * Milliseconds from the end of each transaction to the end of the next of the same client. The log's
 * own durations are 0 where an answer comes at once.
 */
async function intervals(folder: string): Promise<number[]> {
  const logs = (await readdir(folder)).filter((name) => name.startsWith("log"));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), "utf8")));
  const last = new Map<string, number>();
  return texts.flatMap((text) =>
    text
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [client = "", , , , seconds, microseconds] = line.split(" ");
        const end = Number(seconds) * 1000 + Number(microseconds) / 1000;
        const before = last.get(client);
        last.set(client, end);
        return before === undefined ? [] : [end - before];
      }),
  );
}
