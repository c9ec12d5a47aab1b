import { digits, times } from "../src/output/format.ts";
import type { CaseReport, Entry } from "../src/report.ts";
import type { Measure } from "../src/scenarios/scenario.ts";
import { element } from "./dom.ts";
import { isChosen, isOffScale, type View } from "./view.ts";

const HEAD = [
  ...["", "median", "95 % of it", "p99", "values", "× official", "× raw statement"],
  ...["statements", "round trips", "bytes out", "bytes in"],
];

/** All numbers of a chart, behind a line to be opened. */
export function details(contest: CaseReport, measure: Measure, view: View): HTMLElement {
  const head = element("tr", {}, ...HEAD.map((title) => element("th", {}, title)));
  const rows = contest.entries
    .filter((entry) => isChosen(entry, view) && entry.reached[measure.id])
    .map((entry) =>
      element("tr", {}, ...cells(entry, measure).map((text) => element("td", {}, text))),
    );
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  const summary = element("summary", {}, "All numbers");
  return element("details", {}, summary, element("div", { class: "scroll" }, table));
}

function cells({ subject, reached, counts }: Entry, { id, unit }: Measure): string[] {
  const found = reached[id];
  if (found === undefined) return [];
  const { own, timesOfficial, timesFloor } = found;
  const { statements, roundTrips, bytesSent, bytesReceived } = counts ?? {};
  return [
    subject,
    `${digits(own.median)} ${unit}`,
    `${digits(own.low)} – ${digits(own.high)}`,
    digits(own.p99),
    String(own.count),
    times(timesOfficial),
    times(timesFloor),
    ...[statements, roundTrips, bytesSent, bytesReceived].map((n) => n?.toLocaleString("en") ?? ""),
  ];
}

/** Those that could not run, and why. */
export function absentees(
  { entries, noFloor }: CaseReport,
  measure: string,
  view: View,
): HTMLElement {
  const absent = entries.filter((entry) => entry.unable && isChosen(entry, view));
  const lines = absent.map(({ subject, unable }) => `${subject}: ${unable}`);
  const memory = entries.find((entry) => isOffScale(entry, view))?.reached[measure]?.timesOfficial;
  if (memory) lines.push(`MemorySaver, not drawn: ${times(memory)}. It stores nothing.`);
  if (noFloor && view.scale === "floor") lines.push(`No raw statement: ${noFloor}.`);
  return element("ul", { class: "absent" }, ...lines.map((line) => element("li", {}, line)));
}
