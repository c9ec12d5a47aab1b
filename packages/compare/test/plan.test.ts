import { expect, it } from "vitest";
import { readOptions } from "../src/arguments.ts";
import { plan } from "../src/plan.ts";
import { SCENARIOS } from "../src/scenarios/index.ts";
import { SUBJECTS } from "../src/subjects/index.ts";

const bouts = (...args: string[]) => plan(readOptions(["node", "compare", ...args]));

it("runs every scenario with every subject, and some over slower links", () => {
  const all = bouts();
  const direct = all.filter(({ linkMs }) => linkMs === 0);
  expect(new Set(direct.map(({ contest }) => contest.scenario))).toEqual(
    new Set(Object.keys(SCENARIOS)),
  );
  for (const { subjects } of direct) expect(subjects).toEqual(SUBJECTS);
  expect(new Set(all.map(({ linkMs }) => linkMs))).toEqual(new Set([0, 1, 5]));
});

it("keeps the official saver whatever drivers are chosen", () => {
  const [bout] = bouts("--driver", "kysely", "--scenario", "fork");
  expect(new Set(bout?.subjects.map(({ driver }) => driver))).toEqual(
    new Set(["official", "kysely"]),
  );
  expect(bout?.pgbench).toBe(false);
});

it("leaves out what prepares statements, and nothing else that a saver does", () => {
  const [bout] = bouts("--unprepared", "--scenario", "getTuple");
  expect(bout?.subjects.map(({ name }) => name)).toEqual([
    ...["official saver", "pg Pool, unprepared", "pg Client, unprepared"],
    ...["pg Client, pipelined, unprepared", "postgres.js pool, unprepared"],
    ...["postgres.js reserved, unprepared", "Kysely over pg", "Kysely over PGlite"],
  ]);
});

it("runs all of what is chosen over the links that are named", () => {
  const links = bouts("--scenario", "put", "--link", "0", "2.5").map(({ linkMs }) => linkMs);
  expect(links).toEqual([0, 0, 0, 0, 0, 2.5, 2.5, 2.5, 2.5, 2.5]);
});

it("gives every case a title of its own", () => {
  for (const args of [[], ["--quick"]]) {
    const titles = bouts(...args).map(({ contest, linkMs }) => `${contest.title} ${linkMs}`);
    expect(new Set(titles).size).toBe(titles.length);
  }
});
