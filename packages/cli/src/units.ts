const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size for people, e.g. `1.5 MB`. */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${SIZES[unit]}`;
}

export const number = (value: number): string => value.toLocaleString("en");

const SPANS = [
  ["d", 86_400_000, "h", 3_600_000],
  ["h", 3_600_000, "min", 60_000],
  ["min", 60_000, "s", 1000],
] as const;

/** A time span for people: `35 ms`, `1.2 s`, `4 min 10 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  for (const [unit, size, part, partSize] of SPANS) {
    if (ms < size) continue;
    const rest = Math.floor((ms % size) / partSize);
    return `${Math.floor(ms / size)} ${unit}${rest > 0 ? ` ${rest} ${part}` : ""}`;
  }
  return "";
}
