import { withUnit } from "../src/output/format.ts";
import type { CaseReport, Report } from "../src/report.ts";
import type { Measure } from "../src/scenarios/scenario.ts";
import { barChart, growthCharts } from "./charts.ts";
import { absentees, details } from "./details.ts";
import { element } from "./dom.ts";
import { filters } from "./filters.ts";
import { verdictSection } from "./verdict.ts";
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
    ...[
      element("h2", {}, title),
      drawn,
      absentees(contest, measure.id, view),
      details(contest, measure, view),
    ],
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
const title = element("h1", {}, "Postgres checkpointers for LangGraph.js, compared");
const explanation = element(
  "header",
  {},
  element(
    "p",
    {},
    `Measured on ${new Date(report.startedAt).toLocaleDateString("en", { dateStyle: "long" })}. Bars are medians; the line in a bar is the 95 % interval of its median; the upright mark is the raw statement: the same bytes through the same driver into a plain table.`,
  ),
  facts(),
);
const controls = filters(report, (view) => {
  latest = view;
  draw(view);
});
document.body.append(title, verdictSection(report), explanation, controls, charts);
addEventListener("resize", () => latest && draw(latest));
