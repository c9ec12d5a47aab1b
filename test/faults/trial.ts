import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as wait } from "node:timers/promises";
import type { OperationEvent } from "@waypost/core";
import { Application, type DriverName, type Remains } from "./application.ts";
import type { Fault, World } from "./fault.ts";

export interface TrialOptions {
  readonly drivers: readonly DriverName[];
  /** Graphs that run at once, for each driver. */
  readonly threads: number;
  /** How often the fault strikes. */
  readonly strikes: number;
}

/** What a fault did to one driver. */
export interface Outcome extends Remains {
  readonly fault: string;
  readonly driver: DriverName;
  readonly strikes: number;
  readonly turns: number;
  /** Acknowledged checkpoints and writes. */
  readonly puts: number;
  readonly writes: number;
  /** Operations that were tried more than once and succeeded. */
  readonly recovered: number;
  /** Errors that callers saw, by code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly longestMs: number;
}

const TIMEOUT_MS = 6000;
const ATTEMPTS = 12;

/** Lets the fault strike while graphs run on each driver, and says what is left. */
export async function trial(
  world: Omit<World, "schemas">,
  fault: Fault,
  { drivers, threads, strikes }: TrialOptions,
): Promise<Outcome[]> {
  const applications = await Promise.all(
    drivers.map((driver) =>
      Application.open({
        driver,
        url: world.proxy.url,
        directUrl: world.server.url,
        settings: fault.settings,
        silenceMs: driver === "pg Pool" ? undefined : fault.silenceMs,
        retry: { attempts: ATTEMPTS },
        timeout: fault.timeoutMs ?? TIMEOUT_MS,
      }),
    ),
  );
  const schemas = applications.map(({ schema }) => schema);
  const watched = schemas.map(watch);
  let over = false;
  const strike = async () => {
    try {
      for (let i = 0; i < strikes; i++) {
        await wait(50 + Math.random() * 100);
        await fault.strike({ ...world, schemas });
      }
    } finally {
      over = true;
    }
  };
  await Promise.all([strike(), ...applications.map((it) => it.run(threads, () => over))]);
  const outcomes: Outcome[] = [];
  for (const [i, application] of applications.entries()) {
    const { ledger, tally } = application;
    outcomes.push({
      ...(watched[i] as Watch).end(),
      fault: fault.name,
      driver: drivers[i] as DriverName,
      strikes,
      turns: tally.turns,
      puts: ledger.puts,
      writes: ledger.writes,
      failures: Object.fromEntries(tally.failures),
      ...(await application.end()),
    });
  }
  return outcomes;
}

type Watch = ReturnType<typeof watch>;

/** Listens to the operations on threads of one application. */
function watch(schema: string) {
  let recovered = 0;
  let longestMs = 0;
  const listen = (event: unknown) => {
    const { threadId, tries, durationMs, errorCode } = event as OperationEvent;
    if (!threadId?.startsWith(schema)) return;
    if (tries > 1 && errorCode === undefined) recovered += 1;
    longestMs = Math.max(longestMs, durationMs);
  };
  subscribe("waypost.operation", listen);
  return {
    end() {
      unsubscribe("waypost.operation", listen);
      return { recovered, longestMs };
    },
  };
}
