import { setTimeout as wait } from "node:timers/promises";
import type { Saver, Session } from "@waypost/conformance";
import { dropSchema, freshName, withClient } from "@waypost/conformance/database";
import { thread } from "@waypost/conformance/graphs";
import type { SaverOptions } from "@waypost/core";
import { openAdapter } from "../adapters.ts";
import { Ledger } from "./ledger.ts";
import { logAfter, Tally, talk } from "./load.ts";

export const DRIVERS = ["pg Pool", "postgres.js", "Kysely over pg"] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Connections of each pool in `adapters.ts`. */
const POOL = 4;

export interface ApplicationOptions extends SaverOptions {
  readonly driver: DriverName;
  /** The way to the server on which things go wrong, and the one on which they do not. */
  readonly url: string;
  readonly directUrl: string;
  readonly silenceMs?: number;
  /** Configuration parameters of its sessions. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What is left when its graphs have ended. */
export interface Remains {
  /** What was acknowledged and is not there. */
  readonly lost: readonly string[];
  /** What `verify` found, and logs that are not what the turns make them. */
  readonly damaged: readonly string[];
  /** Connections that are too many or busy, or that stay when the pool has ended; promises that hang. */
  readonly leaked: readonly string[];
}

async function withFreshSaver(
  driver: DriverName,
  url: string,
  schema: string,
  work: (saver: Saver) => Promise<void>,
): Promise<void> {
  const session = await openAdapter(driver, url, { schema });
  try {
    await work(session.saver);
  } finally {
    await session.close();
  }
}

/** Graphs with a saver over one driver, in tables of their own. */
export class Application {
  /** Of its tables, and by which the server knows its connections. */
  readonly schema: string;
  readonly ledger = new Ledger();
  readonly tally = new Tally();
  readonly saver: Saver;
  readonly #driver: DriverName;
  readonly #session: Session;
  readonly #directUrl: string;
  readonly #turns = new Map<string, number>();

  private constructor(schema: string, driver: DriverName, session: Session, directUrl: string) {
    this.schema = schema;
    this.#driver = driver;
    this.saver = session.saver;
    this.#session = session;
    this.#directUrl = directUrl;
    this.ledger.watch(session.saver);
  }

  static async open(options: ApplicationOptions): Promise<Application> {
    const { driver, url, directUrl, silenceMs, settings = {}, ...saver } = options;
    const schema = freshName();
    await withFreshSaver(driver, directUrl, schema, (fresh) => fresh.setup());

    const named = new URL(url);
    named.searchParams.set("application_name", schema);
    const parameters = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    if (parameters.length > 0) named.searchParams.set("options", parameters.join(" "));
    const session = await openAdapter(driver, named.href, { ...saver, schema }, silenceMs);
    return new Application(schema, driver, session, directUrl);
  }

  /** Graphs run on so many threads, until each has begun and ended a turn after `over`. */
  async run(threads: number, over: () => boolean): Promise<void> {
    const ids = Array.from({ length: threads }, (_, i) => `${this.schema} ${i}`);
    await Promise.all(
      ids.map(async (id) => {
        let last = over();
        const turns = await talk(this.saver, id, this.tally, () => {
          const ended = last;
          last = over();
          return ended;
        });
        this.#turns.set(id, turns);
      }),
    );
  }

  /** Looks for losses, damage and leaks, closes the pool and drops the tables. */
  async end(): Promise<Remains> {
    const lost: string[] = [];
    const damaged: string[] = [];
    await withClient(async (client) => {
      for (const id of this.#turns.keys()) {
        lost.push(...(await this.ledger.missing(client, this.saver, this.schema, id)));
      }
    }, this.#directUrl);
    await withFreshSaver(this.#driver, this.#directUrl, this.schema, async (fresh) => {
      for (const [id, turns] of this.#turns) {
        const log = (await fresh.getTuple(thread(id)))?.checkpoint.channel_values.log;
        if (JSON.stringify(log) !== JSON.stringify(logAfter(turns))) damaged.push(`log: ${log}`);
      }
      for await (const { problems } of fresh.verify()) {
        damaged.push(...problems.map((problem) => JSON.stringify(problem)));
      }
    });
    const leaked = await this.#leaks();
    await dropSchema(this.schema, this.#directUrl);
    return { lost, damaged, leaked };
  }

  async #leaks(): Promise<string[]> {
    const leaked: string[] = [];
    if (this.ledger.open > 0) leaked.push(`${this.ledger.open} promises hang`);
    const kept = await this.#connections((states) => states.every((state) => state === "idle"));
    if (kept.some((state) => state !== "idle")) leaked.push(`connections are ${kept.join(", ")}`);
    if (kept.length > POOL) leaked.push(`${kept.length} connections in a pool of ${POOL}`);
    await this.#session.close();
    const left = await this.#connections((states) => states.length === 0);
    if (left.length > 0) leaked.push(`${left.length} connections of a pool that has ended`);
    return leaked;
  }

  /** What the application's connections do; looked at until it is as it should be, or long after that. */
  #connections(settled: (states: string[]) => boolean): Promise<string[]> {
    return withClient(async (client) => {
      for (const deadline = Date.now() + 5000; ; await wait(20)) {
        const { rows } = await client.query(
          "SELECT state FROM pg_stat_activity WHERE application_name = $1",
          [this.schema],
        );
        const states = rows.map(({ state }) => String(state));
        if (settled(states) || Date.now() > deadline) return states;
      }
    }, this.#directUrl);
  }
}
