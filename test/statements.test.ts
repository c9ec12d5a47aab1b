import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { databaseUrl, everyOperation, withSchema } from "@waypost/conformance/fixtures";
import type { StatementEvent } from "@waypost/core";
import { PgSaver } from "@waypost/pg";
import { parse } from "libpg-query";
import { describe, expect, it } from "vitest";
import { allStatements, statementsOfManyRows } from "../packages/core/test/statements.ts";
import type { Node } from "./distribution/scope.ts";

/** Functions that a statement names without their schema, so that the search path decides on them. */
async function unqualified(text: string): Promise<string[]> {
  const names = (node: unknown): string[] => {
    if (typeof node !== "object" || node === null) return [];
    const { FuncCall } = node as Node;
    const [schema, name] = FuncCall?.funcname?.map((part: Node) => part.String.sval) ?? [];
    // The server itself qualifies `unnest` of several arrays.
    const several = schema === "unnest" && FuncCall.args.length > 1;
    const own =
      FuncCall === undefined || schema === "pg_catalog" || several ? [] : [name ?? schema];
    return [...own, ...Object.values(node).flatMap(names)];
  };
  return names(await parse(text));
}

describe("no statement names a function that the search path decides on", () => {
  it("of those that operations send", () =>
    withSchema(async (schema) => {
      const texts = new Set<string>();
      const listen = (event: unknown) => texts.add((event as StatementEvent).text);
      subscribe("waypost.statement", listen);
      try {
        for (const tombstones of [false, true]) {
          await using saver = PgSaver.fromConnString(databaseUrl(), { schema, tombstones });
          await saver.setup();
          await everyOperation(saver, `${tombstones} `);
        }
      } finally {
        unsubscribe("waypost.statement", listen);
      }
      const statements = [...texts].filter((text) => !/^\s*(?:CREATE|ALTER)/.test(text));
      expect(statements.length).toBeGreaterThan(30);
      for (const text of statements) expect(await unqualified(text)).toEqual([]);
    }));

  it.each([...allStatements("agents"), ...statementsOfManyRows("agents")])(
    "of $name",
    async ({ statement }) => {
      expect(await unqualified(statement.text)).toEqual([]);
    },
  );

  it("one that does is found", async () => {
    expect(await unqualified("SELECT pg_catalog.upper(lower($1)) FROM unnest($2), s.f()")).toEqual([
      ...["lower", "unnest", "f"],
    ]);
  });
});
