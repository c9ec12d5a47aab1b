import { environment } from "./environment.ts";
import { runBout } from "./measure/bout.ts";
import { type Link, openLink } from "./measure/link.ts";
import { pgbenchVersion } from "./measure/pgbench.ts";
import type { Budget } from "./measure/rounds.ts";
import { Schemas } from "./measure/schemas.ts";
import type { Bout } from "./plan.ts";
import type { CaseReport, Report } from "./report.ts";

const FULL: Budget = {
  ...{ caseMs: 6000, runnerMs: 2000, minRounds: 3 },
  ...{ sliceMs: 20, warmUps: 4, warmUpMs: 100 },
};
const QUICK: Budget = {
  ...{ caseMs: 300, runnerMs: 200, minRounds: 2 },
  ...{ sliceMs: 8, warmUps: 2, warmUpMs: 5 },
};

export interface CompareOptions {
  readonly url: string;
  readonly embedded: boolean;
  readonly quick: boolean;
}

export const titleOf = ({ contest, linkMs }: Bout): string =>
  linkMs === 0 ? contest.title : `${contest.title}, ${linkMs} ms away`;

/** A comparison whose bouts are run one by one, so that whoever runs it can show how far it is. */
export class Comparison implements AsyncDisposable {
  readonly #options: CompareOptions;
  readonly #startedAt = new Date();
  readonly #links = new Map<number, Link>();
  readonly #cases: CaseReport[] = [];
  readonly #schemas: Schemas;

  constructor(options: CompareOptions) {
    this.#options = options;
    this.#schemas = new Schemas(options.url);
  }

  /** @param onProgress hears what is being done */
  async run(bout: Bout, onProgress: (text: string) => void): Promise<CaseReport> {
    const { url, quick } = this.#options;
    const link = this.#links.get(bout.linkMs) ?? (await openLink(url, bout.linkMs));
    this.#links.set(bout.linkMs, link);
    try {
      const report = await runBout(bout, {
        direct: url,
        url: link.url,
        schemas: this.#schemas,
        budget: quick ? QUICK : FULL,
        hasPgbench: pgbenchVersion() !== undefined,
        uncounted: encrypted(url) ? "the connection is encrypted" : undefined,
        onProgress,
      });
      this.#cases.push(report);
      return report;
    } finally {
      await this.#schemas.tidy();
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
    await this.#schemas[Symbol.asyncDispose]();
    for (const link of this.#links.values()) await link[Symbol.asyncDispose]();
  }
}

/** A proxy can't look into such a connection. */
function encrypted(url: string): boolean {
  const { searchParams } = new URL(url);
  return !["disable", null].includes(searchParams.get("sslmode")) || searchParams.has("ssl");
}
