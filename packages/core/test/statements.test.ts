import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogueOf } from "../src/sql/catalogue.ts";
import { allStatements } from "./statements.ts";

const SNAPSHOTS = new URL("statements/", import.meta.url);
const SOURCES = new URL("../src/", import.meta.url);
const STATEMENTS = allStatements("waypost");

/** What makes statements of a driver's: one lies with the setting that it reads. */
async function makers(): Promise<[string, unknown][]> {
  const files = readdirSync(new URL("sql/", SOURCES), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `sql/${file}`);
  const modules = await Promise.all(
    [...files, "schema/storage-setting.ts"].map((file) => import(new URL(file, SOURCES).href)),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith("Statement"));
}

describe("the catalogue of statements", () => {
  it.each(STATEMENTS)("$name is the text in its file", async ({ name, statement }) => {
    const file = new URL(`${name}.sql`, SNAPSHOTS).pathname;
    await expect(`${statement.text};\n`).toMatchFileSnapshot(file);
  });

  it("has a file for each statement, and no others", () => {
    const files = readdirSync(SNAPSHOTS).sort();
    expect(files).toEqual(STATEMENTS.map(({ name }) => `${name}.sql`).sort());
  });

  it("has every statement that is made somewhere, by its name", async () => {
    const names = (await makers()).map(([name]) => name.replace(/Statement$/, ""));
    expect(names.sort()).toEqual(Object.keys(catalogueOf("waypost", "binary")).sort());
  });

  it("is one for all savers over a schema", () => {
    expect(catalogueOf("a", "binary")).toBe(catalogueOf("a", "binary"));
    expect(catalogueOf("a", "binary")).not.toBe(catalogueOf("b", "binary"));
    expect(catalogueOf("a", "binary")).not.toBe(catalogueOf("a", "base64"));
  });

  it("makes a text once, and binds the values of each call", () => {
    const { getTuple } = catalogueOf("a", "binary");
    const read = (threadId: string) =>
      getTuple({ threadId, checkpointNs: "", checkpointId: undefined }, new Map(), "text");
    const [one, other] = [read("1"), read("2")];
    expect([one.name, one.text]).toEqual([other.name, other.text]);
    expect([one.values, other.values]).toEqual([
      ["1", ""],
      ["2", ""],
    ]);
  });

  it("quotes names and literals as they are, whatever lies in them", () => {
    const name = `a"b'c\n  d`;
    const [{ statement } = { statement: undefined }] = allStatements(name).filter(
      (one) => one.name === "lockCheckpoints",
    );
    expect(statement?.text).toContain(`"a""b'c\n  d".checkpoints`);
    expect(statement?.text).toContain(`'waypost thread a"b''c\n  d '`);
  });
});
