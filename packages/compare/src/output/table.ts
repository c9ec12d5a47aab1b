import { styleText } from "node:util";
import Table from "cli-table3";
import type { CaseReport, Counts, Entry, Report } from "../report.ts";
import type { Measure } from "../scenarios/scenario.ts";
import { digits, times } from "./format.ts";
import { verdict } from "./verdict.ts";

const HEAD = [
  ...["", "median", "95 % of it", "p99", "× official", "× raw"],
  ...["statements", "round trips", "bytes out", "bytes in"],
];

/** All tables of a report, for a terminal. */
export function terminalReport(report: Report): string {
  const tables = report.cases.flatMap((it) => it.measures.map((measure) => table(it, measure)));
  return `\n${tables.join("\n")}\n${summary(report)}\n\n${verdict(report).sentences.join("\n")}\n`;
}

function table(contest: CaseReport, measure: Measure): string {
  const table = new Table({
    head: HEAD,
    style: { head: ["bold"], compact: true },
    colAligns: HEAD.map((_, i) => (i === 0 ? "left" : "right")),
  });
  for (const entry of contest.entries) table.push(row(entry, measure));
  const link = contest.linkMs === 0 ? "" : `, ${contest.linkMs} ms away`;
  const what = contest.measures.length > 1 || measure.id !== "time" ? `: ${measure.title}` : "";
  return `${styleText("bold", `${contest.title}${link}${what} (${measure.unit})`)}\n${table}\n`;
}

function row(entry: Entry, { id }: Measure): Table.HorizontalTableRow {
  const reached = entry.reached[id];
  if (reached === undefined) {
    return [
      entry.subject,
      { colSpan: HEAD.length - 1, content: entry.unable ?? "", hAlign: "left" },
    ];
  }
  const { own, timesOfficial, timesFloor } = reached;
  return [
    entry.subject,
    digits(own.median),
    own.count > 1 ? `${digits(own.low)} – ${digits(own.high)}` : "",
    own.count > 1 ? digits(own.p99) : "",
    times(timesOfficial),
    times(timesFloor),
    ...countCells(entry.counts),
  ];
}

/** Statements, round trips, bytes sent and received. */
export function countCells(counts: Counts | undefined): string[] {
  if (counts === undefined) return ["", "", "", ""];
  const { statements, roundTrips, bytesSent, bytesReceived } = counts;
  return [statements, roundTrips, bytesSent, bytesReceived].map((n) => n.toLocaleString("en"));
}

function summary({ environment: { machine, node, postgres }, links, seconds }: Report): string {
  const slower = links.filter(({ addedMs }) => addedMs > 0);
  return [
    `Postgres ${postgres.version}${postgres.embedded ? ", embedded" : ""}, Node ${node}, ${machine.cores} cores of ${machine.cpu}; ${seconds} s.`,
    "× official: how many times faster (or smaller) than the official saver. × raw: how many times the raw statement, which is the same bytes through the same driver into a plain table.",
    ...slower.map(
      ({ addedMs, measuredMs }) =>
        `${addedMs} ms away: ${digits(measuredMs)} ms more, as measured.`,
    ),
  ].join("\n");
}
