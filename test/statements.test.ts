import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { databaseUrl, everyOperation, withSchema } from "@waypost/conformance";
import type { StatementEvent } from "@waypost/core";
import { PgSaver } from "@waypost/pg";
import { expect, it } from "vitest";

/** Words before a parenthesis that no search path applies to; the server itself qualifies `unnest` of several arrays. */
const NO_NAMES = /^(?:coalesce|unnest)$/;

it("no statement names a function that the search path decides on", () =>
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
    for (const text of statements) {
      const names = [...text.matchAll(/(?<!pg_catalog\.|AS )\b([a-z]\w*)\(/g)].map(
        ([, name]) => name,
      );
      expect(names.filter((name) => !NO_NAMES.test(name ?? ""))).toEqual([]);
    }
  }));
