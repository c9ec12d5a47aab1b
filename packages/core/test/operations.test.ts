import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPERATIONS, type OperationTraits } from "../src/execution/operations.ts";
import { rowsUnder } from "./markdown.ts";

const ALL: readonly [string, OperationTraits][] = Object.entries(OPERATIONS);
/** Part of `put`, not a method. */
const METHODS = ALL.filter(([name]) => name !== "retention");

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

describe("the table of operations", () => {
  it.each(ALL)("lets %s be retried only if it is idempotent", (_, { idempotent, retried }) => {
    expect(idempotent || !retried).toBe(true);
  });

  it("has the operations that docs/reliability.md has, and the same is told of them", () => {
    const rows = rowsUnder(read("../../../docs/reliability.md"), "## Operations");
    const told = rows.flatMap(([names = "", retried, again = ""]) =>
      // A cursor is read once.
      names.includes("fetch:")
        ? []
        : [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({
            name,
            retried: retried === "yes",
            resumable: again.startsWith("It continues"),
            idempotent: !again.includes("it fails with"),
          })),
    );
    const expected = METHODS.map(([name, { retried, resumable, idempotent }]) => ({
      ...{ name, retried, resumable, idempotent },
    }));
    const byName = (a: { name?: string }, b: { name?: string }) =>
      String(a.name) < String(b.name) ? -1 : 1;
    expect(told.sort(byName)).toEqual(expected.sort(byName));
  });

  it.each(METHODS)("agrees with the docstring of %s", (name, { retried }) => {
    const [, doc] =
      new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+(?:override )?(?:async )?\\*?${name}\\(`).exec(
        read("../src/saver.ts"),
      ) ?? [];
    expect(doc).toBeDefined();
    expect(/Not\s+(?:\* )?retried:/.test(doc ?? "")).toBe(!retried);
  });
});
