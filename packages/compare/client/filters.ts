import type { Report } from "../src/report.ts";
import { element } from "./dom.ts";
import { DRIVER_NAMES, SCALES, type Scale, type View } from "./view.ts";

/** Controls above the charts. Calls `onChange` with each new view, and once at the start. */
export function filters(report: Report, onChange: (view: View) => void): HTMLElement {
  const scenarios = group("Scenarios", distinct(report.cases.map(({ scenario }) => scenario)));
  const present = report.cases.flatMap(({ entries }) => entries.map(({ driver }) => driver));
  const drivers = group("Drivers", distinct(present), (name) => DRIVER_NAMES[name] ?? name);
  const links = group(
    "Link",
    distinct(report.cases.map(({ linkMs }) => String(linkMs))),
    (ms) => (ms === "0" ? "direct" : `${ms} ms away`),
    ["0", "1"],
  );
  const statements = group("Statements of our savers", ["prepared", "unprepared"]);
  const scale = choice(SCALES);
  const form = element(
    "form",
    { class: "filters" },
    scale,
    ...[scenarios, drivers, links, statements].map((g) => g.node),
  );
  const change = () =>
    onChange({
      scenarios: scenarios.chosen(),
      drivers: drivers.chosen(),
      statements: statements.chosen(),
      links: new Set([...links.chosen()].map(Number)),
      scale: new FormData(form).get("scale") as Scale,
    });
  form.addEventListener("change", change);
  // The first drawing needs the width of the page.
  requestAnimationFrame(change);
  return form;
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

function group(
  title: string,
  values: readonly string[],
  nameOf = (value: string) => value,
  initially: readonly string[] = values,
) {
  const boxes = values.map((value) => {
    const box = element("input", { type: "checkbox", value });
    box.checked = initially.includes(value) || values.length === 1;
    return box;
  });
  const labels = boxes.map((box) =>
    element(
      "label",
      { class: `chip driver-${box.value.replace(".", "")}` },
      box,
      nameOf(box.value),
    ),
  );
  return {
    node: element("fieldset", {}, element("legend", {}, title), ...labels),
    chosen: () => new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value)),
  };
}

function choice(options: Readonly<Record<string, string>>): HTMLElement {
  const labels = Object.entries(options).map(([value, title], i) => {
    const radio = element("input", { type: "radio", name: "scale", value });
    radio.checked = i === 0;
    return element("label", { class: "chip" }, radio, title);
  });
  return element("fieldset", {}, element("legend", {}, "Show"), ...labels);
}
