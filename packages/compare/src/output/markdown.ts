import type { CaseReport, Counts, Entry, Report } from "../report.ts";
import type { Measure } from "../scenarios/scenario.ts";
import { digits, times, withUnit } from "./format.ts";

interface Column {
  readonly contest: CaseReport;
  readonly measure: Measure;
}

/** What one kind of table says of a subject in a column; empty where there is nothing to say. */
interface Kind {
  readonly title: string;
  cell(entry: Entry, measure: Measure): string;
}

const KINDS: readonly Kind[] = [
  {
    title: "Median, and how many times better than the official saver",
    cell({ reached, unable }, { id, unit }) {
      const found = reached[id];
      if (found === undefined) return unable ? "–" : "";
      const ratio = times(found.timesOfficial);
      return `${withUnit(found.own.median, unit)}${ratio && ` (${ratio})`}`;
    },
  },
  {
    title: "95 % interval of the median; p99",
    cell({ reached }, { id }) {
      const own = reached[id]?.own;
      if (own === undefined || own.count === 1) return "";
      return `${digits(own.low)}–${digits(own.high)}; ${digits(own.p99)}`;
    },
  },
  {
    title: "Times the raw statement of the same driver",
    cell: ({ reached }, { id }) => times(reached[id]?.timesFloor),
  },
  {
    title: "Statements / round trips / bytes out / bytes in, for one operation",
    cell: ({ counts }) => (counts ? countText(counts) : ""),
  },
];

function countText({ statements, roundTrips, bytesSent, bytesReceived }: Counts): string {
  const numbers = [statements, roundTrips, bytesSent, bytesReceived];
  return numbers.map((n) => n.toLocaleString("en")).join(" / ");
}

/** A page of Markdown with all tables of a report. */
export function markdownReport(report: Report): string {
  const groups = Map.groupBy(report.cases, ({ scenario, linkMs }) =>
    linkMs === 0 ? scenario : `${scenario}, ${linkMs} ms away`,
  );
  const sections = [...groups].map(([title, cases]) => `## ${title}\n\n${section(cases)}`);
  return `${["# Comparison", conditions(report), ...sections].join("\n\n")}\n`;
}

function conditions({ startedAt, quick, seconds, environment, links }: Report): string {
  const { machine, node, postgres, poolSize, versions } = environment;
  const settings = Object.entries(postgres.settings).map(([name, value]) => `${name} = ${value}`);
  const slower = links.filter(({ addedMs }) => addedMs > 0);
  return [
    `- ${startedAt.slice(0, 10)}, ${quick ? "a quick run" : "a full run"} of ${Math.round(seconds / 60)} minutes`,
    `- ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}; Node ${node}`,
    `- Postgres ${postgres.version}${postgres.embedded ? ", embedded" : ""}: ${settings.join(", ")}`,
    `- ${poolSize} connections in every pool`,
    ...slower.map(
      ({ addedMs, measuredMs }) =>
        `- "${addedMs} ms away": ${digits(measuredMs)} ms more for a round trip, as measured`,
    ),
    `- ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
  ].join("\n");
}

function section(cases: readonly CaseReport[]): string {
  const columns = cases.flatMap((contest) =>
    contest.measures.map((measure): Column => ({ contest, measure })),
  );
  const tables = KINDS.map((kind) => table(kind, columns)).filter((text) => text !== undefined);
  return [...tables, ...absences(cases)].join("\n\n");
}

/** Undefined where it would be empty. */
function table({ title, cell }: Kind, columns: readonly Column[]): string | undefined {
  const subjects = new Set(columns.flatMap(({ contest }) => contest.entries.map((e) => e.subject)));
  const rows = [...subjects].map((subject) => {
    const cells = columns.map(({ contest, measure }) => {
      const entry = contest.entries.find((it) => it.subject === subject);
      return entry === undefined ? "" : cell(entry, measure);
    });
    return { subject, cells };
  });
  const filled = rows.filter(({ cells }) => cells.some((text) => text !== ""));
  if (filled.length === 0) return undefined;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `${title}:\n`,
    line(["", ...columns.map(columnTitle)]),
    line(["---", ...columns.map(() => "---:")]),
    ...filled.map(({ subject, cells }) => line([subject, ...cells])),
  ].join("\n");
}

function columnTitle({ contest: { title, measures }, measure }: Column): string {
  return measures.length > 1 ? `${title}: ${measure.title}` : title;
}

/** Who could not run, and why. */
function absences(cases: readonly CaseReport[]): string[] {
  const lines = cases.flatMap(({ title, entries }) =>
    entries.flatMap(({ subject, unable }) => (unable ? [`- ${subject}, ${title}: ${unable}`] : [])),
  );
  return lines.length === 0 ? [] : [`Not measured:\n\n${[...new Set(lines)].join("\n")}`];
}
