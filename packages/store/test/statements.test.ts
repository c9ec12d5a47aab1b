import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allStatements } from "./statements.ts";

const SNAPSHOTS = new URL("statements/", import.meta.url);
const STATEMENTS = allStatements("waypost");

describe("the statements of the store", () => {
  it.each(STATEMENTS)("$name is the text in its file", async ({ name, statement }) => {
    const file = new URL(`${name}.sql`, SNAPSHOTS).pathname;
    await expect(`${statement.text};\n`).toMatchFileSnapshot(file);
  });

  it("have a file each, and no others", () => {
    const files = readdirSync(SNAPSHOTS).sort();
    expect(files).toEqual(STATEMENTS.map(({ name }) => `${name}.sql`).sort());
  });

  it.each(STATEMENTS)("$name has a place for each value that it binds", ({ statement }) => {
    const places = new Set([...statement.text.matchAll(/\$(\d+)::/g)].map(([, n]) => Number(n)));
    expect([...places].sort((a, b) => a - b)).toEqual(statement.values.map((_, i) => i + 1));
  });

  it("bind all that comes from outside", () => {
    for (const { statement } of STATEMENTS)
      expect(statement.text).not.toMatch(/users|memories|fact/);
  });
});
