import type { CaseReport, Entry, Report } from "../report.ts";
import { times, withUnit } from "./format.ts";

/** A case that decides, as a column of the table at the top. */
interface Deciding {
  readonly head: string;
  readonly scenario: string;
  readonly measure: string;
  readonly linkMs: number;
}

const DECIDING: readonly Deciding[] = [
  { head: "put", scenario: "put", measure: "time", linkMs: 0 },
  { head: "put, 1 ms away", scenario: "put", measure: "time", linkMs: 1 },
  { head: "getTuple", scenario: "getTuple", measure: "time", linkMs: 0 },
  { head: "agent turn", scenario: "turn", measure: "time", linkMs: 0 },
  { head: "agent turn, 1 ms away", scenario: "turn", measure: "time", linkMs: 1 },
  { head: "disk", scenario: "storage", measure: "bytes", linkMs: 0 },
];

/** Slower than the fastest by less than this is the same to whoever waits for an agent. */
const SAME = 1.25;

export interface VerdictTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a report comes to: sentences, and a table of the subjects and cases that decide. */
export interface Verdict {
  readonly sentences: readonly string[];
  readonly table: VerdictTable;
}

const isOurs = ({ driver }: Entry): boolean => ["pg", "postgres.js", "kysely"].includes(driver);

const medianOf = (entry: Entry | undefined, measure: string): number | undefined =>
  entry?.reached[measure]?.own.median;

/** The answer to "which driver should I take", from the figures of this run. */
export function verdict(report: Report): Verdict {
  return { sentences: advice(report), table: table(report) };
}

/** Of several cases of a scenario, the last: the longest conversation; of `put` and `getTuple`, the first. */
function deciding({ cases }: Report, { scenario, linkMs }: Deciding): CaseReport | undefined {
  const found = cases.filter((it) => it.scenario === scenario && it.linkMs === linkMs);
  return scenario === "turn" ? found.at(-1) : found[0];
}

function advice(report: Report): string[] {
  const turns = DECIDING.filter(({ scenario }) => scenario === "turn").reverse();
  const contest = turns.map((turn) => deciding(report, turn)).find((found) => found !== undefined);
  const ours = (contest?.entries ?? [])
    .filter((entry) => isOurs(entry) && !entry.unprepared && medianOf(entry, "time") !== undefined)
    .sort((one, other) => (medianOf(one, "time") ?? 0) - (medianOf(other, "time") ?? 0));
  const [best] = ours;
  const fastest = medianOf(best, "time");
  if (contest === undefined || best === undefined || fastest === undefined) {
    return ["For you: this run has no agent turn, and so no answer. Run it without --scenario."];
  }
  const where = contest.linkMs === 0 ? "on this machine" : `${contest.linkMs} ms away`;
  const official = medianOf(
    contest.entries.find(({ driver }) => driver === "official"),
    "time",
  );
  return [
    report.quick ? QUICK : choice(ours, fastest),
    `An agent turn ${where} takes ${withUnit(fastest, "ms")} with ${best.subject}${official === undefined ? "" : `, and ${withUnit(official, "ms")} with the official saver`}.`,
  ];
}

const QUICK =
  "For you: the driver that your application has. This quick run is too short to tell drivers apart; its counts are exact.";

/** By the lower ends of intervals: a few rounds do not tell neighbours apart. */
function choice(ours: readonly Entry[], fastest: number): string {
  const slower = ours.filter(({ reached }) => (reached.time?.own.low ?? 0) > fastest * SAME);
  if (slower.length === 0) {
    return "For you: the driver that your application has. None is slower than the fastest by a quarter.";
  }
  const names = slower.map(({ subject }) => subject).join("; ");
  return `For you: the driver that your application has. These are slower than the fastest by a quarter or more: ${names}.`;
}

/** The subjects that meet over slower links, which differ in more than a detail. */
function table(report: Report): VerdictTable {
  const columns = DECIDING.flatMap((it) => {
    const contest = deciding(report, it);
    return contest === undefined ? [] : [{ ...it, contest }];
  });
  const subjects = [
    ...new Set(
      columns.flatMap(({ contest }) =>
        contest.entries
          .filter((entry) => (isOurs(entry) && !entry.unprepared) || entry.driver === "official")
          .map(({ subject }) => subject),
      ),
    ),
  ];
  return {
    head: ["", ...columns.map(({ head }) => head)],
    rows: subjects.map((subject) => [
      subject,
      ...columns.map(({ contest, measure }) => cell(contest, subject, measure)),
    ]),
  };
}

function cell({ entries, measures }: CaseReport, subject: string, measure: string): string {
  const reached = entries.find((entry) => entry.subject === subject)?.reached[measure];
  const unit = measures.find(({ id }) => id === measure)?.unit;
  if (reached === undefined || unit === undefined) return "–";
  const ratio = subject === "official saver" ? "" : times(reached.timesOfficial);
  return `${withUnit(reached.own.median, unit)}${ratio && ` (${ratio})`}`;
}
