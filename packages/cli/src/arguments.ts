import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** A time: how long ago, as `30d`, or a date. */
export function timeAgo(text: string): Date {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const date =
    count === undefined
      ? new Date(text)
      : new Date(Date.now() - Number(count) * (UNITS[unit ?? ""] as number));
  if (Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError(
      "Pass how long ago, e.g. 30d or 12h, or a date, e.g. 2026-01-31.",
    );
  }
  return date;
}

export function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Pass a whole number, 1 or more.");
  return Number(text);
}

/** Metadata to filter by: `key=value`, where the value is JSON or else text. */
export function condition(
  text: string,
  others: Record<string, unknown> = {},
): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Pass key=value.");
  return { ...others, [text.slice(0, at)]: jsonOrText(text.slice(at + 1)) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
