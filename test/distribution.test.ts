import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { collect, databaseUrl, everyOperation, withSchema } from "@waypost/conformance";
import type { StatementEvent } from "@waypost/core";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { distributionProblems } from "./sql-rules.ts";

/** Statements that look at many threads on purpose, by what only they hold. */
const OVER_THREADS = {
  "the next threads, and which of them need a sweep": /SELECT DISTINCT thread_id FROM/,
  listThreads: /GROUP BY thread_id/,
  "threads that hold checkpoints of some runs": /SELECT DISTINCT .*thread_id AS thread/,
  "list without a thread": /thread_id = (p|k)\.thread_id/,
};

async function statementsOf(work: (saver: PgSaver) => Promise<void>): Promise<string[]> {
  const texts = new Set<string>();
  const listen = (event: unknown) => texts.add((event as StatementEvent).text);
  subscribe("waypost.statement", listen);
  try {
    for (const tombstones of [false, true]) {
      await withSchema(async (schema) => {
        await using saver = PgSaver.fromConnString(databaseUrl(), { schema, tombstones });
        await saver.setup();
        await work(saver);
      });
    }
  } finally {
    unsubscribe("waypost.statement", listen);
  }
  const isData = (text: string) =>
    /checkpoint|waypost_parts|waypost_deleted/.test(text) &&
    !/^\s*(CREATE|ALTER)|pg_class/.test(text);
  return [...texts].filter(isData);
}

describe("a statement on a thread can run on the node that has it", () => {
  it("every statement of every operation", async () => {
    const statements = await statementsOf((saver) => everyOperation(saver, ""));
    expect(statements.length).toBeGreaterThan(50);
    const isOverThreads = (text: string) =>
      Object.values(OVER_THREADS).some((pattern) => pattern.test(text));
    for (const text of statements.filter((one) => !isOverThreads(one))) {
      expect({ text, problems: await distributionProblems(text) }).toEqual({ text, problems: [] });
    }
  });

  it("those over many threads are known", async () => {
    const statements = await statementsOf(async (saver) => {
      await everyOperation(saver, "");
      await collect(saver.list({ configurable: {} }));
    });
    for (const [what, pattern] of Object.entries(OVER_THREADS)) {
      const found = statements.filter((text) => pattern.test(text));
      expect({ what, found: found.length > 0 }).toEqual({ what, found: true });
    }
  });

  it.each([
    ["no thread", "SELECT FROM s.checkpoints WHERE checkpoint_id = $1"],
    [
      "a thread in one of two",
      "SELECT FROM s.checkpoints c JOIN s.checkpoint_blobs b ON b.channel = 'a' WHERE c.thread_id = $1",
    ],
    [
      "a thread in a branch only",
      "SELECT FROM s.checkpoints WHERE thread_id = $1 UNION ALL SELECT FROM s.checkpoint_writes",
    ],
    ["a thread or not", "SELECT FROM s.checkpoints WHERE thread_id = $1 OR checkpoint_ns = ''"],
    ["other than a thread", "DELETE FROM s.checkpoints WHERE thread_id > $1"],
    [
      "a sub-select without",
      "SELECT (SELECT count(*) FROM s.waypost_parts) FROM s.checkpoints WHERE thread_id = $1",
    ],
    [
      "a common table without",
      "WITH a AS (DELETE FROM s.checkpoint_blobs RETURNING 1) SELECT FROM a",
    ],
    [
      "a function over an outer column",
      "SELECT EXISTS (SELECT FROM jsonb_each(c.checkpoint) e) FROM s.checkpoints c WHERE c.thread_id = $1",
    ],
  ])("refuses %s", async (_, text) => {
    expect(await distributionProblems(text)).not.toEqual([]);
  });

  it.each([
    "SELECT FROM s.checkpoints c JOIN s.checkpoint_blobs b ON b.thread_id = c.thread_id WHERE c.thread_id = $1::text",
    "SELECT FROM s.checkpoints c CROSS JOIN LATERAL jsonb_each(c.checkpoint) e WHERE c.thread_id = $1",
    "INSERT INTO s.checkpoints (thread_id) VALUES ($1)",
  ])("takes %s", async (text) => {
    expect(await distributionProblems(text)).toEqual([]);
  });
});
