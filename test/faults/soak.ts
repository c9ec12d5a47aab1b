import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as wait } from "node:timers/promises";
import { withSchema } from "@waypost/conformance/database";
import { thread } from "@waypost/conformance/graphs";
import type { OperationEvent } from "@waypost/core";
import pg from "pg";
import { openAdapter } from "../adapters.ts";
import type { DriverName } from "./application.ts";
import { Ledger } from "./ledger.ts";
import { logAfter, Tally, talk } from "./load.ts";

export interface SoakOptions {
  readonly url: string;
  readonly driver: DriverName;
  /** Threads that run at once. */
  readonly threads: number;
  readonly milliseconds: number;
  /** How often a line is printed. */
  readonly everyMs: number;
}

/** One stretch of time. */
export interface Stretch {
  readonly driver: DriverName;
  readonly second: number;
  readonly turns: number;
  readonly "put p50 (ms)": number;
  readonly "heap after gc (MB)": number;
  readonly "rss (MB)": number;
}

export interface Soaked {
  readonly stretches: readonly Stretch[];
  /** Threads that were compared with what was acknowledged, and then deleted. */
  readonly threads: number;
  readonly puts: number;
  readonly writes: number;
  readonly wrong: readonly string[];
  readonly failures: Readonly<Record<string, number>>;
}

const TURNS = 5;

/** Thread after thread, many at once; each is compared with what was acknowledged, and deleted. */
export function soak(options: SoakOptions, onStretch: (stretch: Stretch) => void): Promise<Soaked> {
  const { url, driver, threads, milliseconds } = options;
  return withSchema(async (schema) => {
    const { saver, close } = await openAdapter(driver, url, { schema });
    await saver.setup();
    const ledger = new Ledger();
    ledger.watch(saver);
    const plain = new pg.Pool({ connectionString: url, max: 2 });
    const tally = new Tally();
    const wrong: string[] = [];
    let checked = 0;
    const end = performance.now() + milliseconds;
    const work = async (worker: number) => {
      for (let i = 0; performance.now() < end; i++) {
        const id = `${worker} ${i}`;
        await talk(saver, id, tally, (turns) => turns === TURNS);
        wrong.push(...(await ledger.missing(plain, saver, schema, id)));
        const log = (await saver.getTuple(thread(id)))?.checkpoint.channel_values.log;
        if (JSON.stringify(log) !== JSON.stringify(logAfter(TURNS))) wrong.push(`log of ${id}`);
        await saver.deleteThread(id);
        checked += 1;
      }
    };
    const measured = measure(options, tally, onStretch);
    await Promise.all(Array.from({ length: threads }, (_, worker) => work(worker)));
    const stretches = await measured;
    for await (const { problems } of saver.verify()) wrong.push(JSON.stringify(problems));
    await close();
    await plain.end();
    const { puts, writes } = ledger;
    const failures = Object.fromEntries(tally.failures);
    return { stretches, threads: checked, puts, writes, wrong, failures };
  }, url);
}

async function measure(
  { driver, milliseconds, everyMs }: SoakOptions,
  tally: Tally,
  onStretch: (stretch: Stretch) => void,
): Promise<Stretch[]> {
  let durations: number[] = [];
  const listen = (event: unknown) => {
    const { operation, durationMs } = event as OperationEvent;
    if (operation === "put") durations.push(durationMs);
  };
  subscribe("waypost.operation", listen);
  const stretches: Stretch[] = [];
  for (let at = everyMs, turns = 0; at <= milliseconds; at += everyMs) {
    await wait(everyMs);
    const sorted = durations.sort((a, b) => a - b);
    durations = [];
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const stretch = {
      driver,
      second: Math.round(at / 1000),
      turns: tally.turns - turns,
      "put p50 (ms)": Number((sorted[sorted.length >> 1] ?? Number.NaN).toFixed(1)),
      "heap after gc (MB)": Number((heapUsed / 2 ** 20).toFixed(1)),
      "rss (MB)": Math.round(rss / 2 ** 20),
    };
    turns = tally.turns;
    stretches.push(stretch);
    onStretch(stretch);
  }
  unsubscribe("waypost.operation", listen);
  return stretches;
}
