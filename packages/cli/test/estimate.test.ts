import { randomBytes } from "node:crypto";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { CountingProxy, databaseUrl, thread, withClient, withSchema } from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { estimate, ROWS_PER_TURN } from "../src/estimate.ts";
import { waypost } from "./run.ts";

const THREADS = 5;
const TURNS = 40;
const TEXT = 1000;

const text = (length: number) => randomBytes(length).toString("base64").slice(0, length);

const load = {
  threadsPerDay: THREADS,
  turns: TURNS,
  textBytes: TEXT,
  days: 1,
  peak: 1,
  roundTripMs: 1,
};

describe("waypost estimate", () => {
  it("says what a real chat takes: rows and statements exactly, bytes within a quarter", () =>
    withSchema(async (schema) => {
      const proxy = await CountingProxy.to(databaseUrl());
      await using saver = PgSaver.fromConnString(proxy.url, { schema });
      await saver.setup();
      const graph = new StateGraph(MessagesAnnotation)
        .addNode("model", () => ({ messages: [new AIMessage(text(TEXT / 2))] }))
        .addEdge(START, "model")
        .compile({ checkpointer: saver });
      const turn = (id: number) =>
        graph.invoke({ messages: [new HumanMessage(text(TEXT / 2))] }, thread(`${id}`));
      for (let i = 0; i < TURNS - 1; i++) {
        for (let id = 0; id < THREADS; id++) await turn(id);
      }
      for (let id = 0; id < THREADS; id++) {
        const { statements } = await proxy.during(() => turn(id));
        expect(
          statements / estimate({ ...load, threadsPerDay: 86_400, turns: 1 }).statementsPerSecond,
        ).toBe(1);
      }
      await proxy.close();

      const expected = estimate(load);
      await withClient(async (client) => {
        for (const [table, perTurn] of Object.entries(ROWS_PER_TURN)) {
          const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${schema}.${table}`);
          // A thread's first values are too small, or the first, and lie in no parts.
          const missing = table === "waypost_parts" ? THREADS * 4 : 0;
          expect(rows[0].n).toBeGreaterThanOrEqual(perTurn * THREADS * TURNS - missing);
          expect(rows[0].n).toBeLessThanOrEqual(perTurn * THREADS * TURNS);
        }
        const { rows } = await client.query(
          `SELECT sum(pg_total_relation_size(c.oid))::float8 AS bytes FROM pg_class c
           WHERE relnamespace = $1::regnamespace AND relkind = 'r'`,
          [schema],
        );
        expect(rows[0].bytes / expected.bytesPerDay).toBeGreaterThan(0.75);
        expect(rows[0].bytes / expected.bytesPerDay).toBeLessThan(1.25);
      });
    }));

  it("prints a table, or JSON, without a database", async () => {
    const args = ["estimate", "--threads-per-day", "1000", "--turns", "20"];
    const { stdout, code } = await waypost(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/on disk, with indexes.* MB .* GB/);
    const found = JSON.parse((await waypost([...args, "--json"])).stdout);
    expect(found).toMatchObject({ turnsPerDay: 20_000, rowsPerDay: 280_000, connections: 1 });
    expect((await waypost(["estimate"])).code).toBe(2);
  });
});
