import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withClient } from "@waypost/conformance/fixtures";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseReport, Report } from "../src/report.ts";
import { SCENARIOS } from "../src/scenarios/index.ts";
import { SUBJECTS } from "../src/subjects/index.ts";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const PATIENCE_MS = 300_000;

/** What people run, once for all tests here. The packages must be built. */
describe("compare --quick", () => {
  const folder = mkdtempSync(join(tmpdir(), "waypost-compare-"));
  const file = (name: string) => join(folder, name);
  let report: Report;
  let printed: string;

  beforeAll(async () => {
    const kinds = ["json", "html", "markdown"];
    const args = [
      CLI,
      "--quick",
      ...kinds.flatMap((kind) => [`--${kind}`, file(`report.${kind}`)]),
    ];
    printed = (await promisify(execFile)(process.execPath, args)).stdout;
    report = JSON.parse(readFileSync(file("report.json"), "utf8"));
  }, PATIENCE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const find = (start: string): CaseReport => {
    const found = report.cases.find(({ title, linkMs }) => title.startsWith(start) && linkMs === 0);
    if (found === undefined) throw new Error(`There is no case ${start}.`);
    return found;
  };
  const wire = SUBJECTS.filter((subject) => subject.wire);
  const countsOf = (contest: CaseReport, driver?: string) =>
    contest.entries.filter((entry) => entry.counts && (!driver || entry.driver === driver));

  it("has every scenario, and every subject in each with all numbers or a reason", () => {
    const scenarios = report.cases.map(({ scenario }) => scenario);
    expect(new Set(scenarios)).toEqual(new Set(Object.keys(SCENARIOS)));
    for (const { entries, measures } of report.cases.filter(({ linkMs }) => linkMs === 0)) {
      const names = [...SUBJECTS.map(({ name }) => name), "pgbench"];
      expect(entries.map(({ subject }) => subject).sort()).toEqual(names.sort());
      for (const { unable, reached } of entries) {
        if (unable === undefined)
          expect(Object.keys(reached)).toEqual(measures.map(({ id }) => id));
        else expect(unable).not.toBe("");
      }
    }
  });

  it("goes over a slower link, too", () => {
    const slower = report.cases.filter(({ linkMs }) => linkMs > 0);
    expect(slower.map(({ scenario }) => scenario)).toEqual(["put", "turn"]);
    expect(report.links.map(({ addedMs }) => addedMs)).toEqual([0, 1]);
  });

  it.each([
    ["put, 10 messages, 10 channels", 13],
    ["putWrites of 10", 12],
    ["getTuple, 400 messages", 1],
  ])("counts %s: one statement, and %i of the official saver", (title, official) => {
    const contest = find(title);
    expect(countsOf(contest)).toHaveLength(wire.length);
    for (const { driver, counts } of countsOf(contest)) {
      expect(counts?.statements).toBe(driver === "official" ? official : 1);
    }
    const reserved = contest.entries.find(({ subject }) => subject === "postgres.js reserved");
    expect(reserved?.counts?.roundTrips).toBe(1);
  });

  it("counts for each of the operations that run at once", () => {
    const [official] = countsOf(find("put, 16 concurrent threads"), "official");
    expect(official?.counts).toMatchObject({ statements: 13, roundTrips: 13 });
  });

  it("compares each with the official saver, and each of ours with a floor where there is one", () => {
    const { entries } = find("put, 10 messages");
    expect(entries[0]).toMatchObject({
      subject: "official saver",
      reached: { time: { timesOfficial: 1 } },
    });
    for (const { name, ours } of SUBJECTS) {
      const time = entries.find(({ subject }) => subject === name)?.reached.time;
      expect(time?.timesOfficial).toBeGreaterThan(0);
      expect(time?.floor !== undefined).toBe(ours);
    }
    expect(find("fork").noFloor).toBe("no single statement does the same work");
  });

  it("leaves no schema behind", async () => {
    const { rows } = await withClient((client) =>
      client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'waypost_compare_%'"),
    );
    expect(rows).toEqual([]);
  });

  it("says where and with what it was measured", () => {
    const { machine, node, postgres, versions } = report.environment;
    expect([machine.cores, node, postgres.version]).not.toContain("");
    expect(Object.keys(postgres.settings)).toContain("synchronous_commit");
    expect(Object.values(versions)).not.toContain("unknown");
  });

  it("writes a page of HTML that holds the result and loads nothing", () => {
    const html = readFileSync(file("report.html"), "utf8");
    expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/);
    const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    expect(style).not.toMatch(/@import|url\(/);
    const [, data = ""] =
      /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(data)).toEqual(report);
  });

  it("prints a table of each case, and writes a page of Markdown with every subject", () => {
    for (const { title } of report.cases) expect(printed).toContain(title);
    const page = readFileSync(file("report.markdown"), "utf8");
    for (const { name } of SUBJECTS) expect(page).toContain(`| ${name} |`);
  });
});
