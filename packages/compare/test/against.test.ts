import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { databaseUrl, withClient } from "@waypost/conformance/fixtures";
import { expect, it } from "vitest";
import type { Report } from "../src/report.ts";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const PATIENCE_MS = 300_000;

it("measures what prepares nothing on a server of one's own, and says whether that has JIT", {
  timeout: PATIENCE_MS,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "waypost-compare-"));
  try {
    const json = join(folder, "report.json");
    const args = ["--quick", "--unprepared", "--scenario", "putWrites", "--link", "0"];
    await promisify(execFile)(process.execPath, [
      CLI,
      ...["--against", databaseUrl(), "--driver", "kysely", "--json", json, ...args],
    ]);
    const { environment, cases }: Report = JSON.parse(readFileSync(json, "utf8"));
    const { rows } = await withClient((client) =>
      client.query(`SELECT CASE WHEN pg_jit_available() THEN current_setting('jit')
        ELSE 'not available' END AS jit, current_setting('jit_above_cost') AS jit_above_cost`),
    );
    expect(environment.postgres).toMatchObject({ embedded: false, settings: rows[0] });
    const wanted = ["official saver", "Kysely over pg", "Kysely over PGlite"];
    for (const { entries } of cases) {
      expect(entries.map(({ subject }) => subject)).toEqual(wanted);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
