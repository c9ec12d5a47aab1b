import { readFileSync } from "node:fs";
import { CONTENT_TABLES, TABLES } from "@waypost/core/adapter";
import { describe, expect, it } from "vitest";
import { catalogueOf } from "../src/sql/catalogue.ts";

const PAGE = readFileSync(new URL("../../../docs/schema.md", import.meta.url), "utf8");

/** Columns and key as the page tells them below the line that begins with the table's name. */
function documented(table: string) {
  const lines = PAGE.split("\n");
  const begin = lines.findIndex((line) => line.startsWith(`\`${table}\`:`));
  const below = lines.slice(begin + 1);
  const end = below.findIndex((line) => line.startsWith("Primary key:"));
  const rows = below.slice(0, end).filter((line) => line.startsWith("| `"));
  const columns = rows.map((row) => {
    const [name, type, nullable] = row
      .split("|")
      .slice(1)
      .map((cell) => cell.trim().replaceAll("`", ""));
    return [name, { type, nullable: nullable === "yes" }] as const;
  });
  const [, key] = below[end]?.match(/`(.+)`/) ?? [];
  return { columns: Object.fromEntries(columns), key: key?.split(", ") };
}

describe("the description of the tables", () => {
  it.each(Object.values(TABLES))("is that of docs/schema.md: $name", ({ name, columns, key }) => {
    expect(documented(name)).toEqual({ columns, key });
  });

  it.each(CONTENT_TABLES)("is copied with a thread: $name", ({ name, columns }) => {
    const { text } = catalogueOf("waypost", "binary").copyThread("one", "other");
    expect(text).toContain(`INTO "waypost".${name} (${Object.keys(columns).join(", ")})`);
  });

  it.each(Object.values(TABLES))("has the key's columns, none nullable: $name", (table) => {
    const columns: Readonly<Record<string, { nullable: boolean }>> = table.columns;
    expect(table.key.map((column) => columns[column]?.nullable)).toEqual(
      table.key.map(() => false),
    );
  });
});
