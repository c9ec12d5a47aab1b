/** `npm run faults -- --minutes 10`: breaks servers under load, then runs long, and prints what survived. */
import { parseArgs } from "node:util";
import { DRIVERS } from "./application.ts";
import type { Fault } from "./fault.ts";
import { type Soaked, soak } from "./soak.ts";
import { type Outcome, trial } from "./trial.ts";
import { canMount, DISK_FULL, FAULTS, type Stage, stage } from "./world.ts";

const USAGE = "usage: npm run faults -- [--minutes N] [--only faults|soak]\n";
const SOAK_THREADS = 64;

function readArguments(): { ms: number; faults: boolean; soak: boolean } {
  const { minutes, only } = parseArgs({
    options: { minutes: { type: "string", default: "10" }, only: { type: "string" } },
  }).values;
  const ms = Number(minutes) * 60_000;
  if (!(ms > 0) || (only !== undefined && only !== "faults" && only !== "soak")) {
    process.stderr.write(USAGE);
    process.exit(2);
  }
  return { ms, faults: only !== "soak", soak: only !== "faults" };
}

let unhandled = 0;
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (error: unknown) => {
    unhandled += 1;
    console.error(event, error);
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** All that one fault did to one driver, in a line of the table. */
function summary(outcomes: readonly Outcome[]) {
  const total = (key: "strikes" | "turns" | "puts" | "writes" | "recovered" | "late") =>
    sum(outcomes.map((outcome) => outcome[key]));
  const size = (key: "lost" | "damaged" | "leaked") =>
    sum(outcomes.map((outcome) => outcome[key].length));
  return {
    fault: outcomes[0]?.fault,
    driver: outcomes[0]?.driver,
    strikes: total("strikes"),
    turns: total("turns"),
    checkpoints: total("puts"),
    writes: total("writes"),
    "tried again": total("recovered"),
    errors: sum(outcomes.flatMap(({ failures }) => Object.values(failures))),
    lost: size("lost"),
    damaged: size("damaged"),
    leaked: size("leaked"),
    late: total("late"),
  };
}

/** Every fault in turn, until the time is over; each at least once. */
async function breakServers(milliseconds: number): Promise<boolean> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + milliseconds;
  const strike = async (fault: Fault, on: Stage) => {
    process.stdout.write(`${fault.name}\n`);
    outcomes.push(...(await trial(on, fault, { drivers: DRIVERS, threads: 8, strikes: 3 })));
  };
  const mounts = await canMount();
  if (!mounts) process.stdout.write("No full disk: this user may not make namespaces.\n");
  await using server = await stage();
  do {
    for (const fault of FAULTS) await strike(fault, server);
    if (mounts) {
      await using small = await stage(true);
      await strike(DISK_FULL, small);
    }
  } while (performance.now() < end);
  const groups = Object.values(Object.groupBy(outcomes, (it) => `${it.fault} ${it.driver}`));
  console.table(groups.map((group) => summary(group ?? [])));
  for (const { fault, driver, lost, damaged, leaked } of outcomes) {
    for (const wrong of [...lost, ...damaged, ...leaked]) console.error(fault, driver, wrong);
  }
  return outcomes.every(
    ({ lost, damaged, leaked, late }) => lost.length + damaged.length + leaked.length + late === 0,
  );
}

async function runLong(milliseconds: number): Promise<boolean> {
  await using server = await stage();
  const results: Soaked[] = [];
  for (const driver of DRIVERS) {
    const share = milliseconds / DRIVERS.length;
    const options = { url: server.server.url, driver, threads: SOAK_THREADS, milliseconds: share };
    const everyMs = Math.min(30_000, share / 4);
    results.push(
      await soak({ ...options, everyMs }, (stretch) =>
        console.log(Object.values(stretch).join("\t")),
      ),
    );
  }
  console.table(results.flatMap(({ stretches }) => stretches));
  console.table(
    results.map(({ threads, puts, writes, wrong, failures }, i) => ({
      ...{ driver: DRIVERS[i], "threads checked": threads, checkpoints: puts, writes },
      ...{ errors: sum(Object.values(failures)), wrong: wrong.length },
    })),
  );
  for (const { wrong } of results) for (const what of wrong) console.error(what);
  return results.every(({ wrong }) => wrong.length === 0);
}

const wanted = readArguments();
const share = wanted.faults && wanted.soak ? wanted.ms / 2 : wanted.ms;
const survived = !wanted.faults || (await breakServers(share));
const steady = !wanted.soak || (await runLong(share));
console.log(`Errors that nobody handled: ${unhandled}`);
process.exit(survived && steady && unhandled === 0 ? 0 : 1);
