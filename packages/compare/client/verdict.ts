import { verdict } from "../src/output/verdict.ts";
import type { Report } from "../src/report.ts";
import { element } from "./dom.ts";

/** What the report comes to, before all charts. */
export function verdictSection(report: Report): HTMLElement {
  const { sentences, table } = verdict(report);
  const row = (tag: "th" | "td", cells: readonly string[]) =>
    element("tr", {}, ...cells.map((text) => element(tag, {}, text)));
  return element(
    "section",
    { class: "verdict" },
    ...sentences.map((sentence) => element("p", {}, sentence)),
    element(
      "div",
      { class: "scroll" },
      element(
        "table",
        {},
        element("thead", {}, row("th", table.head)),
        element("tbody", {}, ...table.rows.map((cells) => row("td", cells))),
      ),
    ),
    element("p", {}, "Medians; in brackets, how many times better than the official saver."),
  );
}
