import { inspect, styleText } from "node:util";
import Table from "cli-table3";

export const time = (date: Date | string | null | undefined): string =>
  date ? new Date(date).toISOString().slice(0, 19).replace("T", " ") : "";

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

/** A column that starts with `>` is aligned to the right. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: columns.map((name) => name.replace(/^>/, "")),
    style: hasColors()
      ? { head: ["bold"], compact: true }
      : { head: [], border: [], compact: true },
    colAligns: columns.map((name) => (name.startsWith(">") ? "right" : "left")),
  });
  table.push(...rows.map((row) => row.map(printable)));
  print(String(table));
}

/** Names are anybody's: a terminal must not take them for commands. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => inspect(control).slice(1, -1));
}
