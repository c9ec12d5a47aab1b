import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRIVERS } from "./application.ts";
import type { Fault } from "./fault.ts";
import { struck, trial } from "./trial.ts";
import { canMount, DISK_FULL, FAULTS, type Stage, stage } from "./world.ts";

/**
 * A connection of postgres.js 3.4.9 that is lost while it is about to send may connect again without ever
 * sending; callers hear of it by their `timeout`.
 */
const MAY_STICK = "postgres.js";

/** An error that nobody handles fails the whole run. */
async function survives(fault: Fault, on: Stage): Promise<void> {
  const outcomes = await trial(on, fault, { drivers: DRIVERS, threads: 6, strikes: 1 });
  for (const { driver, lost, damaged, leaked, late, failures } of outcomes) {
    const expected = [
      ...(fault.errors ?? []),
      ...(driver === MAY_STICK ? ["WAYPOST_TIMEOUT"] : []),
    ];
    const unexpected = Object.keys(failures).filter((code) => !expected.includes(code));
    expect({ driver, lost, damaged, leaked, late, unexpected }).toEqual({
      ...{ driver, lost: [], damaged: [], leaked: [], late: 0, unexpected: [] },
    });
  }
  expect(struck(fault, outcomes)).toBe(true);
}

describe("graphs on every pool lose nothing and go on by themselves", () => {
  let server: Stage;
  beforeAll(async () => {
    server = await stage();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s", (_, fault) =>
    survives(fault, server),
  );
});

const mounts = await canMount();

it.runIf(mounts)("graphs lose nothing while the disk is full (needs namespaces)", async () => {
  await using server = await stage(true);
  await survives(DISK_FULL, server);
});
