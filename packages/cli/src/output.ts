import { inspect, styleText } from "node:util";
import Table from "cli-table3";
import stringWidth from "string-width";

/** A moment, in UTC, and saying so: `2026-11-30 14:02:03Z`. */
export const time = (date: Date | string | null | undefined): string =>
  date ? new Date(date).toISOString().slice(0, 19).replace("T", " ").concat("Z") : "";

type Format = Parameters<typeof styleText>[0];

/** Whether colours are wanted: by a terminal that has them, unless NO_COLOR is set. */
export const hasColors = (stream: NodeJS.WriteStream = process.stdout): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && stream.hasColors();

export const style = (
  format: Format,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string => (hasColors(stream) ? styleText(format, text) : text);
export const bold = (text: string): string => style("bold", text);
export const dim = (text: string): string => style("dim", text);

/** Writes a line to standard output; to all else, standard error is for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For scripts: one JSON document. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Nothing but two blanks between columns, so that a table is as narrow as it can be, and easy to cut up. */
const GAP = "  ";
const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
    ...["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);
/** Below that, a column says nothing. */
const NARROWEST = 8;

/**
 * A column that starts with `>` is aligned to the right. On a terminal, long cells go on in the next line; in
 * a pipe, each row is one.
 */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const head = columns.map((name) => name.replace(/^>/, ""));
  const cells = rows.map((row) => row.map(printable));
  const table = new Table({
    head,
    chars: { ...NO_LINES, middle: GAP },
    style: {
      ...{ "padding-left": 0, "padding-right": 0, compact: true },
      ...{ head: hasColors() ? ["bold"] : [], border: [] },
    },
    colWidths: fitted([head, ...cells], process.stdout.columns),
    colAligns: columns.map((name) => (name.startsWith(">") ? "right" : "left")),
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(...cells);
  // Without the blanks that fill the last column.
  print(String(table).replaceAll(/ +$/gm, ""));
}

/** Widths of columns that fit a terminal: the widest give way. */
function fitted(rows: readonly (readonly string[])[], limit = Number.POSITIVE_INFINITY): number[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => stringWidth(row[i] ?? ""))),
  );
  const total = () => widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  while (total() > limit) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = Math.max(NARROWEST, widest - 1);
  }
  return widths;
}

/** Names are anybody's: a terminal must not take them for commands. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => inspect(control).slice(1, -1));
}
