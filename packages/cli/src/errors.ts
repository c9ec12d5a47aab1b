import { adviceOf, codeOf, WaypostError } from "@waypost/core/adapter";
import { printable, style } from "./output.ts";

/** What this tool says in place of an error that speaks to who writes an application. */
const OWN: Readonly<Record<string, (place: string, message: string) => string>> = {
  "42P01": missing,
  "3F000": missing,
  "42703": missing,
  "42501": (place) =>
    `The role lacks a privilege on ${place} or its tables, or a policy of row-level security refused a row; ` +
    "`waypost doctor` names missing privileges.",
  "26000": pooler,
  "42P05": pooler,
  WAYPOST_THREAD_EXISTS: () =>
    "The target thread exists; choose another id, or pass --overwrite to replace it.",
  WAYPOST_ENCRYPTED: () =>
    "The thread holds encrypted values, which can be read in their own thread only; only your application, which has the key, can copy it.",
  WAYPOST_SCHEMA_CASE: (_, message) =>
    message
      .replace(/Pass schema: "(.*?)" to go on/, 'Pass --schema "$1" to go on')
      .replace(
        /run the script of setupScript\("(.*)"\) once/,
        'run what `waypost sql --schema "$1"` prints once',
      ),
  WAYPOST_NO_CITUS: (_, message) =>
    message
      .replace('`setup({ distribute: "citus" })`', "`waypost setup --distribute citus`")
      .replace("`distribute`", "--distribute"),
  WAYPOST_PARTITIONS: (_, message) => message.replace("`partitions`", "--partitions"),
};

function missing(place: string): string {
  return `The tables are missing in ${place}, or out of date; run \`waypost setup\`, or pass --schema where they lie.`;
}

function pooler(): string {
  return "A pooler lost a prepared statement; connect to the server itself, or to a port of the pooler that keeps sessions.";
}

/** What went wrong, in one line a cause. Messages of drivers and servers hold no passwords. */
export function describeError(error: unknown, place: () => string): string {
  const [first = "", ...others] = errorLines(error, place);
  return [`${style("red", "error:", process.stderr)} ${first}`, ...others].join("\n");
}

/** The same without a sign that it is an error. */
export function errorLines(error: unknown, place: () => string): string[] {
  const lines = [headline(error, place)];
  // Where the first line is ours, the error itself says the rest.
  const rest = isOurs(error) ? (error as Error).cause : error;
  for (let current = rest; current !== undefined && lines.length < 4; ) {
    const text = textOf(current);
    if (!lines[0]?.includes(text)) lines.push(`  ${text}`);
    current = (current as Error).cause;
  }
  return lines;
}

const isOurs = (error: unknown): boolean => error instanceof WaypostError;

function headline(error: unknown, place: () => string): string {
  const { code: own, cause, message } = error as WaypostError;
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (syscall === "open" && path !== undefined) return `Can't open "${printable(path)}" (${own}).`;
  // What this tool throws itself has the driver's error as its cause.
  const code = isOurs(error) ? own : cause === undefined ? codeOf(error) : undefined;
  if (code === undefined) return textOf(error);
  const instead = OWN[code];
  if (instead !== undefined) return instead(place(), message);
  if (isOurs(error) && !(error as Error).name.startsWith("Database")) return textOf(error);
  const advice = adviceOf(code, isOurs(error) ? cause : error, {});
  return `${advice.charAt(0).toUpperCase()}${advice.slice(1)} (${code}).`;
}

function textOf(error: unknown): string {
  const { message, code, errors } = error as AggregateError & { code?: unknown };
  const inner = Array.isArray(errors) ? errors.map(String).join("; ") : "";
  const text = [message, inner].filter(Boolean).join(": ") || String(error);
  const suffix = typeof code === "string" && !text.includes(code) ? ` (${code})` : "";
  return `${text}${suffix}`;
}
