/** One process of a round. It is told what to do as it starts, and to end by a message. */
import { setTimeout as wait } from "node:timers/promises";
import type { Session } from "@waypost/conformance";
import { openAdapter } from "../adapters.ts";
import { actionsOf } from "./actions.ts";
import { Author } from "./author.ts";
import { random } from "./content.ts";
import { Notes } from "./notes.ts";
import { BROKEN_BY_DRIVER, type WorkerPlan } from "./plan.ts";

/** Loops that share the saver. */
const LOOPS = 2;
const TIMEOUT_MS = 8000;

/** Those of savers, servers and systems; what is stored is as it was. */
const EXPECTED_WHERE_ROUGH =
  /^(?:08|57P|25P0[23]|53300|40P01|55P03|E[A-Z]+$|CONNECTION_|CONNECT_TIMEOUT|WAYPOST_TIMEOUT|WAYPOST_DATABASE)/;

const plan = JSON.parse(process.argv[2] ?? "{}") as WorkerPlan;
const notes = new Notes(plan.notes);
const chance = random(plan.seed);
const author = new Author(notes, chance, plan.name);
let ending = false;
process.on("message", () => {
  ending = true;
});
process.on("disconnect", () => process.exit(1));
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (error: unknown) => {
    if (plan.rough && plan.driver.includes("postgres.js")) process.exit(BROKEN_BY_DRIVER);
    notes.find(`${event}: ${error}`);
  });
}

function open(): Promise<Session> {
  const { driver, url, schema, cacheBytes, rough } = plan;
  const options = cacheBytes === undefined ? { schema } : { schema, cacheBytes };
  return openAdapter(driver, url, rough ? { ...options, timeout: TIMEOUT_MS } : options);
}

let session = await open();
process.send?.("ready");

async function reopen(): Promise<void> {
  await session.close().catch(() => {});
  for (;;) {
    try {
      session = await open();
      return;
    } catch {
      await wait(50);
    }
  }
}

const actions = actionsOf(plan, notes, author, chance);

async function loop(): Promise<void> {
  while (!ending) {
    const { name, act } = actions();
    try {
      await act(session.saver);
    } catch (error) {
      const { code = "", stack } = error as { code?: string } & Error;
      const expected = plan.rough && EXPECTED_WHERE_ROUGH.test(code);
      if (!expected) notes.find(`${plan.driver}: ${name}: ${code} ${stack ?? error}`);
      // A single connection is not made again by itself.
      if (expected && plan.driver === "pg Client") await reopen();
    }
  }
}

await Promise.all(Array.from({ length: plan.driver === "pg Client" ? 1 : LOOPS }, loop));
await session.close();
notes.close();
process.exit(0);
