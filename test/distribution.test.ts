import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { collect, databaseUrl, everyOperation, withSchema } from "@waypost/conformance/fixtures";
import type { StatementEvent } from "@waypost/core";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import {
  allStatements,
  ON_CITUS,
  OVER_ALL_THREADS,
  statementsOfManyRows,
} from "../packages/core/test/statements.ts";
import { citusProblemsOf } from "./distribution/citus.ts";
import { problemsOf } from "./distribution/rules.ts";

const STATEMENTS = [...allStatements("agents"), ...statementsOfManyRows("agents")];

const checkpoints = (condition: string) => `SELECT FROM s.checkpoints c WHERE ${condition}`;
const FREE = ["checkpoints c is not bound to a thread"];

/** What would have to ask every node, and why. */
const WRONG: readonly (readonly [string, readonly string[]])[] = [
  [checkpoints("checkpoint_id = $1"), FREE],
  [checkpoints("thread_id > $1"), FREE],
  [checkpoints("thread_id = $1 OR thread_id = $2"), FREE],
  [checkpoints("NOT thread_id = $1"), FREE],
  [checkpoints("thread_id = ANY ($1)"), FREE],
  [checkpoints("thread_id IN ($1, $2)"), FREE],
  [checkpoints("thread_id = upper($1)"), FREE],
  [checkpoints("checkpoint_ns = $1 AND thread_id = checkpoint_id"), FREE],
  [
    `SELECT FROM s.checkpoints c, s.checkpoints d WHERE c.thread_id = d.thread_id`,
    [...FREE, "checkpoints d is not bound to a thread"],
  ],
  [
    `SELECT FROM s.checkpoints c, unnest($1::text[]) t(thread_id) WHERE c.thread_id = t.thread_id`,
    FREE,
  ],
  [
    `SELECT FROM s.checkpoints c LEFT JOIN s.waypost_parts p ON p.thread_id = $1 AND c.thread_id = $1 WHERE p.thread_id = $1`,
    FREE,
  ],
  [
    `SELECT FROM s.checkpoints p WHERE thread_id = $1 AND EXISTS (${checkpoints("c.checkpoint_id = p.checkpoint_id")})`,
    FREE,
  ],
  [
    `SELECT FROM (SELECT upper($1) AS thread_id) t CROSS JOIN LATERAL (${checkpoints("c.thread_id = t.thread_id")}) d`,
    FREE,
  ],
  [
    `WITH t(thread_id) AS (VALUES ($1), ('2')) SELECT FROM t, s.checkpoints c WHERE c.thread_id = t.thread_id`,
    FREE,
  ],
  [
    `WITH t AS (SELECT $1 AS thread_id UNION ALL SELECT '2') SELECT FROM t, s.checkpoints c WHERE c.thread_id = t.thread_id`,
    FREE,
  ],
  [`WITH old AS (DELETE FROM s.checkpoints c RETURNING thread_id) SELECT FROM old`, FREE],
  [`UPDATE s.checkpoints c SET metadata = $2 FROM s.waypost_parts p WHERE p.thread_id = $1`, FREE],
  [`INSERT INTO s.checkpoints AS c (checkpoint_id, thread_id) VALUES ($1, 'x')`, FREE],
  [`INSERT INTO s.checkpoints AS c (thread_id) SELECT $1 UNION ALL SELECT upper($1)`, FREE],
  [
    `SELECT EXISTS (SELECT FROM jsonb_each_text(c.checkpoint) v) FROM s.checkpoints c WHERE thread_id = $1`,
    ["jsonb_each_text returns rows of the outer column c.checkpoint"],
  ],
  [
    `SELECT FROM s.checkpoint_blobs b WHERE thread_id = $1 AND 1 IN (
       SELECT x FROM s.waypost_parts p CROSS JOIN LATERAL (SELECT x FROM unnest(b.segments) x) y WHERE p.thread_id = $1)`,
    ["unnest returns rows of the outer column b.segments"],
  ],
  [
    `SELECT (SELECT unnest(segments)) FROM s.checkpoint_blobs WHERE thread_id = $1`,
    ["unnest returns rows of the outer column segments"],
  ],
];

/** What looks like one of those, and is sent to one node. */
const RIGHT: readonly string[] = [
  checkpoints("$1::text = thread_id AND (checkpoint_ns = $2 OR checkpoint_id = $3)"),
  `SELECT FROM s.checkpoints c JOIN s.waypost_parts p ON p.thread_id = c.thread_id WHERE c.thread_id = $1`,
  `SELECT FROM s.checkpoints c LEFT JOIN s.waypost_parts p ON p.thread_id = c.thread_id AND c.thread_id = $1 WHERE c.thread_id = $1`,
  `WITH t(a) AS (SELECT $1::text) SELECT FROM t CROSS JOIN LATERAL (${checkpoints("c.thread_id = t.a")}) d`,
  `WITH old AS (DELETE FROM s.checkpoints WHERE thread_id = $1 RETURNING *) SELECT FROM old o, s.waypost_parts p WHERE p.thread_id = o.thread_id`,
  `SELECT FROM s.checkpoints c CROSS JOIN LATERAL jsonb_each_text(c.checkpoint) v WHERE thread_id = $1`,
  `SELECT EXISTS (SELECT FROM unnest($2::text[]) k WHERE k = c.checkpoint_id) FROM s.checkpoints c WHERE thread_id = $1`,
  `SELECT EXISTS (SELECT FROM s.checkpoint_blobs b CROSS JOIN LATERAL unnest(b.segments) x WHERE b.thread_id = $1)`,
];

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

describe("statements on one thread reach one node", () => {
  const ofOneThread = STATEMENTS.filter(({ name }) => !OVER_ALL_THREADS.includes(name));

  it.each(ofOneThread)("$name", ({ statement }) => {
    expect(problemsOf(statement.text)).toEqual([]);
  });

  it.each(OVER_ALL_THREADS)("%s asks every node, and every partition", (name) => {
    const found = STATEMENTS.find((one) => one.name === name);
    const problems = problemsOf(found?.statement.text ?? "");
    expect(problems).not.toEqual([]);
    // It may be sent to all nodes, so what is left of the rules holds.
    expect(problems.filter((problem) => problem.includes("returns rows"))).toEqual([]);
  });

  it("every statement of every operation", async () => {
    const statements = await statementsOf((saver) => everyOperation(saver, ""));
    expect(statements.length).toBeGreaterThan(50);
    const isOverThreads = (text: string) =>
      Object.values(OVER_THREADS).some((pattern) => pattern.test(text));
    for (const text of statements.filter((one) => !isOverThreads(one))) {
      expect({ text, problems: problemsOf(text) }).toEqual({ text, problems: [] });
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

  it.each(WRONG)("refuses: %s", (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it.each(RIGHT)("accepts: %s", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});

describe("statements that are sent to a Citus cluster keep its rules", () => {
  const sent = STATEMENTS.filter(({ name }) => !Object.hasOwn(ON_CITUS, name));

  it.each(sent)("$name", ({ statement }) => {
    expect(citusProblemsOf(statement.text)).toEqual([]);
  });

  it("what is sent to one server only has another form for a cluster", () => {
    const names = sent.map(({ name }) => name);
    for (const [name, others] of Object.entries(ON_CITUS)) {
      expect(STATEMENTS.map((one) => one.name)).toContain(name);
      expect(names).toEqual(expect.arrayContaining([...others]));
    }
  });

  it.each([
    ["WITH a AS (SELECT FROM s.checkpoints) SELECT true FROM a", ["a SELECT has no column"]],
    ["SELECT 1 UNION ALL (SELECT 2 WHERE EXISTS (SELECT FROM a))", ["a SELECT has no column"]],
    [
      "SELECT 1 FROM a WHERE EXISTS (SELECT true FROM b) FOR SHARE",
      ["a SELECT that locks rows has a condition with a sub-select"],
    ],
    ["DELETE FROM a RETURNING pg_column_size(b)", ["RETURNING calls a function"]],
    [
      "INSERT INTO a VALUES (1) RETURNING (SELECT count(*) FROM b)",
      ["RETURNING holds a sub-select", "RETURNING calls a function"],
    ],
    [
      "INSERT INTO a VALUES (1) ON CONFLICT (x) DO UPDATE SET y = now()",
      ["DO UPDATE SET calls a function"],
    ],
  ])("refuses: %s", (text, problems) => {
    expect(citusProblemsOf(text)).toEqual(problems);
  });
});
