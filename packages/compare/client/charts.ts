import * as Plot from "@observablehq/plot";
import { digits } from "../src/output/format.ts";
import type { CaseReport } from "../src/report.ts";
import { type Bar, bars, DRIVER_NAMES, isShown, type View } from "./view.ts";

const ROW = 34;
const NARROW = 560;

/** Colours are variables of the style sheet, which knows whether it is dark. */
const color = {
  type: "categorical" as const,
  domain: Object.keys(DRIVER_NAMES),
  range: Object.keys(DRIVER_NAMES).map((driver) => `var(--${driver.replace(".", "")})`),
};

/** One bar a subject, its spread as a line, its floor as a mark. */
export function barChart(rows: readonly Bar[], unit: string, width: number): Element {
  const floors = rows.filter(({ floor }) => floor !== undefined);
  const order = rows.map(({ subject }) => subject);
  const label = (bar: Bar) =>
    `${bar.subject}  ${digits(bar.value)}${unit === "×" ? "×" : ` ${unit}`}`;
  return Plot.plot({
    width,
    height: order.length * ROW + 34,
    marginLeft: 4,
    marginRight: 16,
    marginBottom: 30,
    style: { fontSize: "13px", background: "none", overflow: "visible" },
    color,
    x: { label: null, grid: true, zero: true, nice: true, ticks: width < NARROW ? 4 : 8 },
    y: { domain: order, axis: null, padding: 0 },
    marks: [
      Plot.barX(rows, { x: "value", y: "subject", fill: "driver", insetTop: 17, insetBottom: 5 }),
      Plot.link(rows, {
        ...{ x1: "low", x2: "high", y1: "subject", y2: "subject" },
        ...{ stroke: "currentColor", strokeWidth: 1.5, dy: 6, strokeOpacity: 0.8 },
      }),
      Plot.tickX(floors, {
        ...{ x: "floor", y: "subject", stroke: "var(--floor)", strokeWidth: 3 },
        ...{
          insetTop: 14,
          insetBottom: 2,
          title: (bar: Bar) => `raw statement: ${digits(bar.floor ?? 0)}`,
        },
      }),
      Plot.text(rows, {
        x: 0,
        y: "subject",
        text: label,
        textAnchor: "start",
        dy: -10,
        fill: "currentColor",
      }),
      ...(unit === "×"
        ? [Plot.ruleX([1], { stroke: "currentColor", strokeDasharray: "3 3" })]
        : []),
    ],
  });
}

interface Point extends Bar {
  readonly at: number;
}

/** How the medians grow along each series of cases; drawn where there are two at least. */
export function growthCharts(
  cases: readonly CaseReport[],
  view: View,
  width: number,
): { title: string; chart: Element }[] {
  const series = new Map<string, { axis: string; points: Point[] }>();
  for (const contest of cases) {
    const [measure] = contest.measures;
    if (contest.at === undefined || measure === undefined || !isShown(contest, view)) continue;
    const { series: name, axis, value: at } = contest.at;
    const title = contest.linkMs === 0 ? name : `${name}, ${contest.linkMs} ms away`;
    const known = series.get(title) ?? { axis, points: [] };
    const found = bars(contest, measure.id, { ...view, scale: "measured" });
    known.points.push(...found.map((bar) => ({ ...bar, at })));
    series.set(title, known);
  }
  return [...series]
    .filter(([, { points }]) => new Set(points.map(({ at }) => at)).size > 1)
    .map(([title, { axis, points }]) => ({ title, chart: lineChart(points, axis, width) }));
}

function lineChart(points: readonly Point[], axis: string, width: number): Element {
  const values = [...new Set(points.map(({ at }) => at))];
  return Plot.plot({
    width,
    height: Math.min(420, Math.max(280, width / 2)),
    marginLeft: 52,
    marginRight: 20,
    marginBottom: 40,
    style: { fontSize: "13px", background: "none", overflow: "visible" },
    color,
    x: {
      type: "log",
      label: axis,
      ticks: values,
      tickFormat: (n: number) => n.toLocaleString("en"),
    },
    y: { type: "log", label: "ms", grid: true, ticks: 5, tickFormat: digits },
    marks: [
      Plot.line(points, { x: "at", y: "value", stroke: "driver", z: "subject", strokeWidth: 1.8 }),
      Plot.dot(points, { x: "at", y: "value", fill: "driver", r: 3 }),
      Plot.ruleX(points, { x: "at", y1: "low", y2: "high", stroke: "driver" }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "at",
          y: "value",
          title: (p: Point) => `${p.subject}\n${digits(p.value)} ms`,
        }),
      ),
    ],
  });
}
