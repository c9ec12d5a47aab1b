/** What is said of a row of measured values, in their unit. */
export interface Summary {
  readonly median: number;
  readonly p99: number;
  /** 95 % interval of the median, from the order of the values: no shape of their distribution is assumed. */
  readonly low: number;
  readonly high: number;
  /** How many values. */
  readonly count: number;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** NaN for no values. */
export const median = (values: readonly number[]): number => quantile(ascending(values), 0.5);

/** Of a standard normal distribution, 95 % lie within so many deviations. */
const DEVIATIONS = 1.96;

/** @throws if there are no values */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new Error("Nothing was measured.");
  const sorted = ascending(values);
  const last = sorted.length - 1;
  // Ranks of the interval, by the normal approximation of the binomial distribution.
  const reach = (DEVIATIONS * Math.sqrt(sorted.length)) / 2;
  const rank = (position: number) => Math.min(last, Math.max(0, position));
  return {
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    low: sorted[rank(Math.floor(last / 2 - reach))] as number,
    high: sorted[rank(Math.ceil(last / 2 + reach))] as number,
    count: sorted.length,
  };
}

/** Whether more values would hardly move the median. */
export function isSettled({ median, low, high }: Summary, tolerance: number): boolean {
  return high - low <= 2 * tolerance * median;
}
