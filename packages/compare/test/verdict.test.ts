import { expect, it } from "vitest";
import { verdict } from "../src/output/verdict.ts";
import type { CaseReport, Entry, Report } from "../src/report.ts";

const entry = (subject: string, driver: Entry["driver"], median: number, spread = 0.1): Entry => ({
  subject,
  driver,
  reached: {
    time: {
      own: { median, p99: median * 2, low: median - spread, high: median + spread, count: 9 },
      timesOfficial: 100 / median,
    },
  },
});

const turn = (entries: Entry[], linkMs = 1): CaseReport => ({
  title: "whole agent turn",
  scenario: "turn",
  linkMs,
  measures: [{ id: "time", title: "time", unit: "ms" }],
  entries,
});

const report = (cases: CaseReport[], quick = false) => ({ quick, cases }) as unknown as Report;
const official = entry("official saver", "official", 100);
const pool = entry("pg Pool", "pg", 10);
const unprepared: Entry = { ...entry("pg Pool, unprepared", "pg", 30), unprepared: true };

it("names the drivers that are slower by a quarter, and no others", () => {
  const near = entry("postgres.js pool", "postgres.js", 11);
  const far = entry("Kysely over postgres.js", "kysely", 14);
  const { sentences } = verdict(report([turn([official, pool, unprepared, near, far])]));
  expect(sentences).toEqual([
    "For you: the driver that your application has. These are slower than the fastest by a quarter or more: Kysely over postgres.js.",
    "An agent turn 1 ms away takes 10.0 ms with pg Pool, and 100 ms with the official saver.",
  ]);
});

it("does not call slower what its interval does not show", () => {
  const unsure = entry("postgres.js pool", "postgres.js", 14, 3);
  const [choice] = verdict(report([turn([official, pool, unsure])])).sentences;
  expect(choice).toContain("None is slower than the fastest by a quarter.");
});

it("does not choose by the times of a quick run", () => {
  const [choice] = verdict(report([turn([official, pool])], true)).sentences;
  expect(choice).toContain("too short to tell drivers apart");
});

it("says so where the case that decides was not run", () => {
  expect(verdict(report([])).sentences).toEqual([
    "For you: this run has no agent turn, and so no answer. Run it without --scenario.",
  ]);
});

it("has a line for the official saver and for each prepared subject of ours", () => {
  const memory = entry("MemorySaver", "memory", 0.1);
  const { table } = verdict(report([turn([official, pool, unprepared, memory])]));
  expect(table.head).toEqual(["", "agent turn, 1 ms away"]);
  expect(table.rows).toEqual([
    ["official saver", "100 ms"],
    ["pg Pool", "10.0 ms (10.0×)"],
  ]);
});
