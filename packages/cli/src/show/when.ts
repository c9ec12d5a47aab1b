import { time } from "../output.ts";

/** A moment as all times of the tool, in UTC, and saying so: `2026-11-30 14:02:03Z`. */
export const moment = (ts: string | null): string => (ts === null ? "" : time(ts));

const UNITS = [
  ["d", 86_400_000, "h", 3_600_000],
  ["h", 3_600_000, "min", 60_000],
  ["min", 60_000, "s", 1000],
] as const;

/** A time span for people: `35 ms`, `1.2 s`, `4 min 10 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  for (const [unit, size, part, partSize] of UNITS) {
    if (ms < size) continue;
    const rest = Math.floor((ms % size) / partSize);
    return `${Math.floor(ms / size)} ${unit}${rest > 0 ? ` ${rest} ${part}` : ""}`;
  }
  return "";
}
