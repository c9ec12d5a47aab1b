import { randomBytes } from "node:crypto";
import pg from "pg";
import { environment } from "./environment.ts";
import { runBout } from "./measure/bout.ts";
import { type Link, openLink } from "./measure/link.ts";
import { pgbenchVersion } from "./measure/pgbench.ts";
import type { Budget } from "./measure/rounds.ts";
import type { Bout } from "./plan.ts";
import type { CaseReport, Report } from "./report.ts";

const FULL: Budget = { caseMs: 6000, runnerMs: 2000, minRounds: 3, warmUpMs: 100 };
const QUICK: Budget = { caseMs: 300, runnerMs: 200, minRounds: 2, warmUpMs: 10 };

export interface CompareOptions {
  readonly url: string;
  readonly embedded: boolean;
  readonly quick: boolean;
  readonly bouts: readonly Bout[];
}

export const titleOf = ({ contest, linkMs }: Bout): string =>
  linkMs === 0 ? contest.title : `${contest.title}, ${linkMs} ms away`;

/** A comparison whose bouts are run one by one, so that whoever runs it can show how far it is. */
export class Comparison implements AsyncDisposable {
  readonly #options: CompareOptions;
  readonly #startedAt = new Date();
  readonly #links = new Map<number, Link>();
  readonly #cases: CaseReport[] = [];
  readonly #prefix = `waypost_compare_${randomBytes(4).toString("hex")}`;
  #schemas = 0;

  constructor(options: CompareOptions) {
    this.#options = options;
  }

  /** @param onProgress hears what is being done */
  async run(bout: Bout, onProgress: (text: string) => void): Promise<CaseReport> {
    const { url, quick } = this.#options;
    const link = this.#links.get(bout.linkMs) ?? (await openLink(url, bout.linkMs));
    this.#links.set(bout.linkMs, link);
    const schemas: string[] = [];
    try {
      const report = await runBout(bout, {
        direct: url,
        url: link.url,
        schema: () => {
          const name = `${this.#prefix}_${this.#schemas++}`;
          schemas.push(name);
          return name;
        },
        budget: quick ? QUICK : FULL,
        hasPgbench: pgbenchVersion() !== undefined,
        uncounted: encrypted(url) ? "the connection is encrypted" : undefined,
        onProgress,
      });
      this.#cases.push(report);
      return report;
    } finally {
      onProgress("clean up");
      await drop(url, schemas);
    }
  }

  async report(): Promise<Report> {
    const { url, embedded, quick } = this.#options;
    return {
      startedAt: this.#startedAt.toISOString(),
      seconds: Math.round((Date.now() - this.#startedAt.getTime()) / 1000),
      quick,
      environment: await environment(url, embedded),
      links: [...this.#links.values()].map(({ addedMs, measuredMs }) => ({ addedMs, measuredMs })),
      cases: this.#cases,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links.values()) await link[Symbol.asyncDispose]();
  }
}

/** A proxy can't look into such a connection. */
function encrypted(url: string): boolean {
  const { searchParams } = new URL(url);
  return !["disable", null].includes(searchParams.get("sslmode")) || searchParams.has("ssl");
}

async function drop(url: string, schemas: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  } finally {
    await client.end();
  }
}
