import { CountingProxy, databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { estimate, rowsOf } from "../src/estimate.ts";
import { chat, converse } from "./chat.ts";
import { waypost } from "./run.ts";

const load = { days: 1, peak: 1, roundTripMs: 1 };

describe("waypost estimate", () => {
  it.each([
    { threads: 10, turns: 30, textBytes: 1000 },
    { threads: 40, turns: 5, textBytes: 2500 },
    { threads: 100, turns: 4, textBytes: 50 },
    { threads: 5, turns: 5, textBytes: 100_001 },
  ])("says what a real chat of %j takes: rows exactly, bytes within a quarter", (real) =>
    withSchema(async (schema) => {
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      const { rows, bytes } = await converse(saver, schema, real);
      const expected = Object.entries(rowsOf(real.turns, real.textBytes));
      expect(rows).toEqual(
        Object.fromEntries(expected.map(([table, count]) => [table, count * real.threads])),
      );
      const { rowsPerDay, bytesPerDay } = estimate({
        ...{ ...load, ...real, threadsPerDay: real.threads },
      });
      expect(rowsPerDay).toBe(Object.values(rows).reduce((sum, count) => sum + count, 0));
      expect(bytesPerDay / bytes).toBeGreaterThan(0.75);
      expect(bytesPerDay / bytes).toBeLessThan(1.25);
    }),
  );

  it("knows the statements of a turn", () =>
    withSchema(async (schema) => {
      const proxy = await CountingProxy.to(databaseUrl());
      await using saver = PgSaver.fromConnString(proxy.url, { schema });
      await saver.setup();
      const turn = chat(saver, 1000);
      for (let i = 0; i < 3; i++) await turn(1);
      const { statements } = await proxy.during(() => turn(1));
      await proxy.close();
      const one = { ...load, threadsPerDay: 86_400, turns: 1, textBytes: 1000 };
      expect(estimate(one).statementsPerSecond).toBe(statements);
    }));

  it("prints a table, or JSON, without a database", async () => {
    const args = ["estimate", "--threads-per-day", "1000", "--turns", "20"];
    const { stdout, code } = await waypost(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/on disk, with indexes.* MB .* GB/);
    const found = JSON.parse((await waypost([...args, "--json"])).stdout);
    expect(found).toMatchObject({ turnsPerDay: 20_000, rowsPerDay: 278_000, connections: 1 });
    expect((await waypost(["estimate"])).code).toBe(2);
  });
});
