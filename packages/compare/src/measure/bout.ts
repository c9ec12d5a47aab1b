import type { Bout } from "../plan.ts";
import type { CaseReport, Counts, Entry, Reached } from "../report.ts";
import type { Case, RawWork } from "../scenarios/scenario.ts";
import type { DriverName } from "../subjects/subject.ts";
import { countTraffic } from "./counts.ts";
import { pgbenchRunner } from "./pgbench.ts";
import {
  type Budget,
  measure,
  measureOnce,
  type Outcome,
  type Runner,
  repeating,
} from "./rounds.ts";
import type { Schemas } from "./schemas.ts";
import { type Staged, stage } from "./stage.ts";
import { type Summary, summarize } from "./statistics.ts";

export interface BoutOptions {
  /** The server, directly, and by way of the link. */
  readonly direct: string;
  readonly url: string;
  readonly schemas: Schemas;
  readonly budget: Budget;
  readonly hasPgbench: boolean;
  /** Why nothing can be counted on this server's wire. */
  readonly uncounted: string | undefined;
  onProgress(text: string): void;
}

interface Entrant {
  readonly name: string;
  readonly driver: DriverName;
  readonly runner: Runner;
  readonly floor?: Runner;
  readonly staged?: Staged;
}

type Refusal = Pick<Entry, "subject" | "driver"> & { readonly unable: string };

const NO_STATEMENT = "no single statement does the same work";

/** Measures all subjects of one case over one link. */
export async function runBout(bout: Bout, options: BoutOptions): Promise<CaseReport> {
  const { contest, linkMs } = bout;
  const work = await contest.raw?.();
  const refusals = refusalsOf(bout, options.hasPgbench);
  await using open = new AsyncDisposableStack();
  const entrants: Entrant[] = [];
  for (const subject of bout.subjects) {
    if (refusals.some((refusal) => refusal.subject === subject.name)) continue;
    options.onProgress(`${subject.name}: tables and data`);
    const staged = await stage(subject, contest, work, options.schemas, options.url);
    entrants.push(entrantOf(open.use(staged)));
  }
  if (bout.pgbench && !refusals.some(({ driver }) => driver === "pgbench")) {
    entrants.push(pgbenchOf(entrants, work, options.url));
  }
  options.onProgress("warm-up");
  const unprepared = new Set(
    bout.subjects.filter(({ ours, prepares }) => ours && !prepares).map(({ name }) => name),
  );
  const outcomes = await race(contest, entrants, options);
  const entries = judge(contest, entrants, outcomes);
  return {
    title: contest.title,
    scenario: contest.scenario,
    linkMs,
    measures: contest.measures,
    ...(contest.at && { at: contest.at }),
    ...(work === undefined && { noFloor: NO_STATEMENT }),
    entries: [...(await counted(contest, entrants, entries, options)), ...refusals.map(absent)].map(
      (entry) => (unprepared.has(entry.subject) ? { ...entry, unprepared: true } : entry),
    ),
  };
}

const absent = (refusal: Refusal): Entry => ({ ...refusal, reached: {} });

function refusalsOf({ contest, subjects, linkMs, pgbench }: Bout, hasPgbench: boolean): Refusal[] {
  const refusals = subjects.flatMap((subject): Refusal[] => {
    const slower = linkMs > 0 && !subject.wire ? "in this process: no link to it" : undefined;
    const unable = contest.unable?.(subject) ?? slower;
    return unable === undefined ? [] : [{ subject: subject.name, driver: subject.driver, unable }];
  });
  const noPgbench = hasPgbench ? noScript(contest) : "not installed here";
  if (pgbench && noPgbench) {
    refusals.push({ subject: "pgbench", driver: "pgbench", unable: noPgbench });
  }
  return refusals;
}

function noScript({ raw, measures }: Case): string | undefined {
  return raw === undefined || measures.length > 1 ? NO_STATEMENT : undefined;
}

const entrantOf = (staged: Staged): Entrant => ({
  name: staged.subject.name,
  driver: staged.subject.driver,
  runner: repeating(staged.operation),
  ...(staged.floor && { floor: repeating(staged.floor) }),
  staged,
});

/** Its table is that of any other subject on the server. */
function pgbenchOf(entrants: readonly Entrant[], work: RawWork | undefined, url: string): Entrant {
  const host = entrants.find(({ staged }) => staged?.subject.wire)?.staged;
  if (host === undefined || work === undefined) throw new Error("There is no table for pgbench.");
  const runner = pgbenchRunner(url, host.rawSchema, work);
  return { name: "pgbench", driver: "pgbench", runner };
}

/** Outcomes of each entrant and of its floor. */
async function race(
  contest: Case,
  entrants: readonly Entrant[],
  { budget, onProgress }: BoutOptions,
): Promise<{ own: Outcome; floor: Outcome | undefined }[]> {
  if (contest.exact) {
    const outcomes = await measureOnce(entrants.map(({ runner }) => runner));
    return outcomes.map((own) => ({ own, floor: undefined }));
  }
  const runners = entrants.flatMap(({ runner, floor }) => (floor ? [runner, floor] : [runner]));
  const outcomes = await measure(runners, budget, (rounds) => onProgress(`round ${rounds}`));
  return entrants.map(({ floor }) => ({
    own: outcomes.shift() as Outcome,
    floor: floor && outcomes.shift(),
  }));
}

/** Summaries and ratios. */
function judge(
  { measures }: Case,
  entrants: readonly Entrant[],
  outcomes: readonly { own: Outcome; floor: Outcome | undefined }[],
): Entry[] {
  const summaries = outcomes.map(({ own, floor }) =>
    measures.map(({ hasFloor = true }, i) => ({
      own: summaryOf(own, i),
      floor: hasFloor && floor ? summaryOf(floor, 0) : undefined,
    })),
  );
  const official = summaries[entrants.findIndex(({ driver }) => driver === "official")];
  return entrants.map(({ name, driver }, i) => {
    const own = outcomes[i]?.own;
    const reached = measures.flatMap(({ id }, m) => {
      const found = summaries[i]?.[m];
      if (found?.own === undefined) return [];
      // Pgbench is no saver.
      const rival = driver === "pgbench" ? undefined : official?.[m]?.own;
      return [[id, compared(found.own, found.floor, rival)] as const];
    });
    const unable = own && "gaveUp" in own ? { unable: own.gaveUp } : {};
    return { subject: name, driver, reached: Object.fromEntries(reached), ...unable };
  });
}

function summaryOf(outcome: Outcome, measure: number): Summary | undefined {
  if ("gaveUp" in outcome) return undefined;
  return summarize(outcome.samples.map((sample) => sample[measure] as number));
}

function compared(
  own: Summary,
  floor: Summary | undefined,
  official: Summary | undefined,
): Reached {
  const timesFloor = floor && ratio(own, floor);
  const timesOfficial = official && ratio(official, own);
  return {
    own,
    ...(floor && { floor }),
    ...(timesFloor && { timesFloor }),
    ...(timesOfficial && { timesOfficial }),
  };
}

/** Undefined where the second is nothing: memory that is not needed. */
function ratio(of: Summary, to: Summary): number | undefined {
  return to.median > 0 ? of.median / to.median : undefined;
}

async function counted(
  contest: Case,
  entrants: readonly Entrant[],
  entries: readonly Entry[],
  { direct, uncounted, onProgress }: BoutOptions,
): Promise<Entry[]> {
  const result: Entry[] = [];
  for (const [i, entry] of entries.entries()) {
    const staged = entrants[i]?.staged;
    const medianMs = Object.values(entry.reached).at(-1)?.own.median;
    let counts: Counts | undefined;
    if (staged?.subject.wire && medianMs !== undefined && !contest.exact && !uncounted) {
      onProgress(`${entry.subject}: count`);
      counts = await countTraffic(staged, direct, medianMs, contest.operations ?? 1);
    }
    result.push({ ...entry, ...(counts && { counts }) });
  }
  return result;
}
