import { databaseUrl } from "@waypost/conformance/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLEETS, type Fleet } from "./fleets.ts";
import { check, describeFailure } from "./property.ts";

const SEEDS: Readonly<Record<string, number>> = {
  "every driver": 10,
  compressed: 4,
  encrypted: 4,
  PGlite: 4,
};

describe.each(Object.entries(FLEETS))("savers that share tables, %s", (name, open) => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await open(databaseUrl());
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const seeds = Array.from({ length: SEEDS[name] ?? 0 }, (_, i) => i + 1);
  it.each(seeds)(
    "do what a plain model does, seed %i",
    async (seed) => {
      const failure = await check(fleet, seed);
      if (failure !== undefined) expect.fail(describeFailure(name, seed, failure));
    },
    120_000,
  );
});

describe("the comparison", () => {
  it("notices what one saver reads otherwise, and tells the step that it takes", async () => {
    await using fleet = await (FLEETS.compressed as (typeof FLEETS)[string])(databaseUrl());
    const savers = () => {
      const members = fleet.savers();
      const [first] = members;
      if (first !== undefined) first.saver.deleteThread = async () => {};
      return members;
    };
    const failures = [];
    for (let seed = 1; seed <= 3; seed++) failures.push(await check({ ...fleet, savers }, seed));
    expect(failures.some((failure) => failure !== undefined)).toBe(true);
    for (const failure of failures) {
      if (failure !== undefined) expect(failure.steps.length).toBeLessThanOrEqual(2);
    }
  });
});
