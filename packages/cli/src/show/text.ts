import cliTruncate from "cli-truncate";
import wrapAnsi from "wrap-ansi";
import { printable } from "../output.ts";

/** Columns of the terminal; elsewhere $COLUMNS, or as many as terminals have at least. */
export const width = (): number => process.stdout.columns || Number(process.env.COLUMNS) || 80;

/** A line that fits the width, with `…` in place of what does not. */
export const fit = (line: string): string => cliTruncate(line.trimEnd(), width());

/**
 * Text of anybody in lines without control characters that fit the width beside what stands before them.
 *
 * @param before columns before each line
 * @param most lines; the last ends with `…` where there are more
 */
export function wrap(text: string, before: number, most = Number.POSITIVE_INFINITY): string[] {
  const room = Math.max(width() - before, 20);
  const lines = text
    .trimEnd()
    .split(/\r?\n/)
    .flatMap((line) =>
      wrapAnsi(printable(line.replaceAll("\t", "  ")), room, { hard: true, trim: false }).split(
        "\n",
      ),
    );
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), cliTruncate(`${lines[most - 1]} …`, room)];
}
