import { expect, it } from "vitest";
import { isSettled, summarize } from "../src/measure/statistics.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it("sums up a row of values, whatever their order", () => {
  const summary = summarize(upTo(101).reverse());
  expect(summary).toEqual({ median: 51, p99: 100, low: 41, high: 61, count: 101 });
});

it("takes the mean of the two in the middle", () => {
  expect(summarize([4, 1, 3, 2]).median).toBe(2.5);
});

it("knows no narrower interval than all values where there are few", () => {
  expect(summarize([5, 1, 9])).toMatchObject({ median: 5, low: 1, high: 9 });
  expect(summarize([7])).toEqual({ median: 7, p99: 7, low: 7, high: 7, count: 1 });
});

it("refuses to sum up nothing", () => {
  expect(() => summarize([])).toThrow("Nothing was measured");
});

it("is settled when the interval is within the tolerance to either side", () => {
  const summary = { median: 100, p99: 100, low: 98, high: 102, count: 9 };
  expect(isSettled(summary, 0.02)).toBe(true);
  expect(isSettled({ ...summary, high: 103 }, 0.02)).toBe(false);
});
