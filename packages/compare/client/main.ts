import { withUnit } from "../src/output/format.ts";
import type { CaseReport, Report } from "../src/report.ts";
import type { Measure } from "../src/scenarios/scenario.ts";
import { barChart, growthCharts } from "./charts.ts";
import { absentees, details } from "./details.ts";
import { element } from "./dom.ts";
import { filters } from "./filters.ts";
import { bars, isShown, type View } from "./view.ts";

const report: Report = JSON.parse(document.getElementById("report")?.textContent ?? "{}");
const charts = element("main");

function facts(): HTMLElement {
  const { machine, node, postgres, poolSize, versions } = report.environment;
  const pairs: Record<string, string> = {
    Postgres: `${postgres.version}${postgres.embedded ? ", embedded" : ""}`,
    Node: node,
    Machine: `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}`,
    "Connections of a pool": String(poolSize),
    ...Object.fromEntries(
      report.links
        .filter(({ addedMs }) => addedMs > 0)
        .map(({ addedMs, measuredMs }) => [
          `${addedMs} ms away`,
          `${withUnit(measuredMs, "ms")} more, as measured`,
        ]),
    ),
    ...versions,
    ...postgres.settings,
  };
  const rows = Object.entries(pairs).flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]);
  return element(
    "details",
    { class: "facts" },
    element("summary", {}, "Machine, settings and versions"),
    element("dl", {}, ...rows),
  );
}

function section(contest: CaseReport, measure: Measure, view: View): HTMLElement {
  const link = contest.linkMs === 0 ? "" : `, ${contest.linkMs} ms away`;
  const several = contest.measures.length > 1 || measure.id !== "time";
  const title = `${contest.title}${link}${several ? `: ${measure.title}` : ""}`;
  const rows = bars(contest, measure.id, view);
  const unit = view.scale === "measured" ? measure.unit : "×";
  const drawn =
    rows.length > 0
      ? barChart(rows, unit, charts.clientWidth - 32)
      : element("p", {}, "Nothing to compare with here.");
  return element(
    "section",
    {},
    ...[element("h2", {}, title), drawn, absentees(contest, view), details(contest, measure, view)],
  );
}

function draw(view: View): void {
  const growth = growthCharts(report.cases, view, charts.clientWidth - 32).map(({ title, chart }) =>
    element("section", {}, element("h2", {}, `${title}: growth`), chart),
  );
  const cases = report.cases
    .filter((contest) => isShown(contest, view))
    .flatMap((contest) => contest.measures.map((measure) => section(contest, measure, view)));
  charts.replaceChildren(...cases, ...growth);
}

let latest: View | undefined;
const header = element(
  "header",
  {},
  element("h1", {}, "Postgres checkpointers for LangGraph.js, compared"),
  element(
    "p",
    {},
    `${new Date(report.startedAt).toLocaleDateString("en", { dateStyle: "long" })}${report.quick ? ", a quick run: too short to be trusted" : ""}. Bars are medians; the line in a bar is the 95 % interval of its median; the upright mark is the same bytes in one raw statement of the same driver.`,
  ),
  facts(),
);
const controls = filters(report, (view) => {
  latest = view;
  draw(view);
});
document.body.append(header, controls, charts);
addEventListener("resize", () => latest && draw(latest));
