import { expect, it } from "vitest";
import { type Budget, measure, type Runner, repeating } from "../src/measure/rounds.ts";
import { GaveUp } from "../src/scenarios/scenario.ts";

const budget: Budget = {
  ...{ caseMs: 0, runnerMs: 60_000, minRounds: 3 },
  ...{ sliceMs: 0, warmUps: 1, warmUpMs: 0 },
};

/** Runners that write down when they run, and yield their own number. */
function runners(log: string[], ...names: string[]): Runner[] {
  return names.map((name, i) => ({
    async run(times) {
      log.push(...Array<string>(times).fill(name));
      return Array.from({ length: times }, () => [i]);
    },
  }));
}

it("lets all take turns: A B C, A B C, after a warm-up that does not count", async () => {
  const log: string[] = [];
  const outcomes = await measure(runners(log, "A", "B", "C"), budget, () => {});
  expect(log.join("")).toBe("ABC".repeat(1 + budget.minRounds));
  expect(outcomes).toEqual([0, 1, 2].map((i) => ({ samples: Array(budget.minRounds).fill([i]) })));
});

it("goes on without one that gave up, and says why", async () => {
  const log: string[] = [];
  const refuses = repeating(async () => {
    throw new GaveUp("too many");
  });
  const [gaveUp, goesOn] = await measure([refuses, ...runners(log, "B")], budget, () => {});
  expect(gaveUp).toEqual({ gaveUp: "too many" });
  expect(goesOn).toEqual({ samples: [[0], [0], [0]] });
});

it("ends with any other error", async () => {
  const fails = repeating(async () => {
    throw new Error("broken");
  });
  await expect(measure([fails], budget, () => {})).rejects.toThrow("broken");
});

it("measures once what takes longer than a runner's time", async () => {
  const log: string[] = [];
  const outcomes = await measure(runners(log, "A"), { ...budget, runnerMs: -1 }, () => {});
  expect(log).toEqual(["A"]);
  expect(outcomes).toEqual([{ samples: [[0]] }]);
});

it("measures only what goes through the meter", async () => {
  const [sample] = await repeating(async (meter) => [await meter(async () => {}), 7]).run(1);
  expect(sample).toEqual([expect.any(Number), 7]);
});
