import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dropSchema, freshName, withClient } from "@waypost/conformance/database";
import type { ControlledPostgres } from "@waypost/dev-postgres";
import { PgSaver } from "@waypost/pg";
import { DRIVERS } from "@waypost/testing/kinds";
import pg from "pg";
import { Author } from "./author.ts";
import { random } from "./content.ts";
import { type Evidence, gather } from "./evidence.ts";
import { judge } from "./judge.ts";
import { type Noted, Notes, now, readNotes } from "./notes.ts";
import { BROKEN_BY_DRIVER, RENEWED, TEMPLATE, type WorkerPlan } from "./plan.ts";

export interface RoundOptions {
  readonly url: string;
  readonly seed: number;
  readonly milliseconds: number;
  /** Processes are killed and their connections ended; the server too, where it is given. */
  readonly rough?: boolean;
  readonly server?: ControlledPostgres;
  /** Does something to what was stored, before it is looked at. */
  readonly tamper?: (client: pg.Client, schema: string) => Promise<unknown>;
}

export interface Outcome {
  readonly puts: number;
  readonly writes: number;
  readonly removals: number;
  readonly kills: number;
  readonly checked: number;
  /** What is wrong; nothing should be. */
  readonly findings: readonly string[];
}

interface Worker {
  readonly plan: WorkerPlan;
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
}

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Each with a cache of its own; two of the first kind, one of which remembers nothing. */
const WORKERS: readonly Pick<WorkerPlan, "driver" | "cacheBytes">[] = [
  ...DRIVERS.map((driver) => ({ driver })),
  { driver: "pg Pool", cacheBytes: 0 },
];
const PATIENCE_MS = 30_000;

/** Processes that write, read and remove in the same threads, and what is left of it. */
export class Round {
  readonly #options: RoundOptions;
  readonly #schema = freshName();
  readonly #random: () => number;
  readonly #noted: Noted[] = [];
  readonly #findings: string[] = [];
  /** All that ever were. */
  readonly #workers: Worker[] = [];
  #kills = 0;
  #started = 0;

  constructor(options: RoundOptions) {
    this.#options = options;
    this.#random = random(options.seed);
  }

  async run(): Promise<Outcome> {
    const folder = await mkdtemp(join(tmpdir(), "waypost-processes-"));
    try {
      await this.#prepare(folder);
      const workers = await Promise.all(WORKERS.map((_, i) => this.#start(folder, i)));
      await this.#disturb(folder, workers);
      await Promise.all(workers.map((worker) => this.#end(worker)));
      return await this.#judge();
    } finally {
      for (const { child } of this.#workers) child.kill("SIGKILL");
      await dropSchema(this.#schema, this.#options.url);
      await rm(folder, { recursive: true });
    }
  }

  /** The tables, and a thread to copy. */
  async #prepare(folder: string): Promise<void> {
    const path = join(folder, "template");
    const notes = new Notes(path);
    await this.#withSaver(async (saver) => {
      await saver.setup();
      const author = new Author(notes, this.#random, "template");
      for (let i = 0; i < 10; i++) await author.write(saver, TEMPLATE);
    });
    notes.close();
    this.#collect(path, now());
  }

  /** Resolves when it is at work. */
  async #start(folder: string, which: number): Promise<Worker> {
    const name = `${which}.${this.#started++}`;
    const url = new URL(this.#options.url);
    url.searchParams.set("application_name", `${this.#schema} ${name}`);
    const plan: WorkerPlan = {
      ...(WORKERS[which] as (typeof WORKERS)[number]),
      ...{ url: url.href, schema: this.#schema, notes: join(folder, name), name },
      seed: Math.floor(this.#random() * 2 ** 32),
      renews: RENEWED[which],
      rough: this.#options.rough ?? false,
    };
    const child = fork(WORKER, [JSON.stringify(plan)], { execArgv: [] });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const worker = { plan, child, exited };
    this.#workers.push(worker);
    const ready = new Promise((resolve) => child.once("message", resolve));
    const ended = exited.then((code) => Promise.reject(new Error(`A process ended with ${code}.`)));
    await Promise.race([ready, ended]);
    return worker;
  }

  /** Until the time is over. */
  async #disturb(folder: string, workers: Worker[]): Promise<void> {
    const { milliseconds, rough, server } = this.#options;
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      await wait(Math.min(500 + this.#random() * 1500, end - performance.now()));
      if (!rough || performance.now() >= end) continue;
      this.#kills += 1;
      for (const [which, { child }] of workers.entries()) {
        if (child.exitCode === BROKEN_BY_DRIVER) await this.#replace(folder, workers, which);
      }
      const chance = this.#random();
      if (server !== undefined && chance < 0.15) {
        await server.kill();
        await server.start();
      } else if (chance < 0.5) await this.#terminate();
      else await this.#replace(folder, workers, Math.floor(this.#random() * workers.length));
    }
  }

  /** Kills a process, and starts another in its place. */
  async #replace(folder: string, workers: Worker[], which: number): Promise<void> {
    const worker = workers[which] as Worker;
    worker.child.kill("SIGKILL");
    await worker.exited;
    await this.#untilGone(worker);
    this.#collect(worker.plan.notes, now());
    workers[which] = await this.#start(folder, which);
  }

  /** Its connections end when the server notices, and until then do what was sent on them. */
  async #untilGone({ plan }: Worker): Promise<void> {
    const query = "SELECT FROM pg_stat_activity WHERE application_name = $1";
    await withClient(async (client) => {
      for (;;) {
        const { rowCount } = await client.query(query, [`${this.#schema} ${plan.name}`]);
        if (rowCount === 0) return;
        await wait(20);
      }
    }, this.#options.url);
  }

  /** Ends some connections of any process. */
  async #terminate(): Promise<void> {
    await withClient(
      (client) =>
        client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE starts_with(application_name, $1) AND random() < 0.3`,
          [this.#schema],
        ),
      this.#options.url,
    );
  }

  async #end({ plan, child, exited }: Worker): Promise<void> {
    if (child.connected) child.send("end");
    const late = new AbortController();
    const patience = wait(PATIENCE_MS, "late" as const, { signal: late.signal });
    const outcome = await Promise.race([exited, patience.catch(() => null)]);
    late.abort();
    if (outcome === "late") {
      this.#findings.push(`${plan.driver}: the process did not end`);
      child.kill("SIGKILL");
      await exited;
    } else if (outcome !== 0 && outcome !== BROKEN_BY_DRIVER)
      this.#findings.push(`${plan.driver}: ended with ${outcome}`);
    await this.#untilGone({ plan, child, exited });
    this.#collect(plan.notes, now());
  }

  #collect(path: string, gone: number): void {
    const { noted, findings } = readNotes(path, gone);
    this.#noted.push(...noted);
    this.#findings.push(...findings);
  }

  async #judge(): Promise<Outcome> {
    const evidence = await this.#evidence();
    const count = (kind: Noted["kind"]) => this.#noted.filter((it) => it.kind === kind).length;
    return {
      ...{ puts: count("put"), writes: count("write"), kills: this.#kills },
      removals: count("remove") + count("remove run"),
      checked: evidence.found.length,
      findings: [...this.#findings, ...evidence.problems, ...judge(this.#noted, evidence)],
    };
  }

  async #evidence(): Promise<Evidence> {
    const { url, tamper } = this.#options;
    return withClient(async (client) => {
      await tamper?.(client, this.#schema);
      return this.#withSaver((saver) => gather(client, saver, this.#schema));
    }, url);
  }

  /** With a saver that remembers nothing. */
  async #withSaver<T>(work: (saver: PgSaver) => Promise<T>): Promise<T> {
    const pool = new pg.Pool({ connectionString: this.#options.url, max: 4 });
    try {
      return await work(new PgSaver(pool, { schema: this.#schema, cacheBytes: 0 }));
    } finally {
      await pool.end();
    }
  }
}
