import { style } from "./output.ts";

/** What went wrong, in one line a cause. Messages of drivers and servers hold no passwords. */
export function describeError(error: unknown): string {
  const [first = "", ...others] = errorLines(error);
  return [`${style("red", "error:", process.stderr)} ${first}`, ...others].join("\n");
}

/** The same without a sign that it is an error. */
export function errorLines(error: unknown): string[] {
  const lines: string[] = [];
  for (let current = error; current !== undefined && lines.length < 4; ) {
    const { message, code, errors, cause } = current as AggregateError & { code?: unknown };
    const inner = Array.isArray(errors) ? errors.map(String).join("; ") : "";
    const text = [message, inner].filter(Boolean).join(": ") || String(current);
    const suffix = typeof code === "string" && !text.includes(code) ? ` (${code})` : "";
    lines.push(`${lines.length === 0 ? "" : "  "}${text}${suffix}`);
    current = cause;
  }
  return lines;
}
