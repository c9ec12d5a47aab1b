import type { CaseReport, Entry, Reached } from "../src/report.ts";

/** What the reader has chosen to see. */
export interface View {
  readonly scenarios: ReadonlySet<string>;
  readonly drivers: ReadonlySet<string>;
  /** Milliseconds added to each round trip. */
  readonly links: ReadonlySet<number>;
  readonly scale: Scale;
}

export type Scale = "measured" | "official" | "floor";

export const SCALES: Readonly<Record<Scale, string>> = {
  measured: "As measured: shorter is better",
  official: "Times better than the official saver: longer is better",
  floor: "Times the raw statement: 1 is the limit",
};

export const DRIVER_NAMES: Readonly<Record<string, string>> = {
  official: "official saver",
  pg: "pg",
  "postgres.js": "postgres.js",
  kysely: "Kysely",
  memory: "MemorySaver",
  pgbench: "pgbench",
};

/** A bar with its spread, in the unit of the scale. */
export interface Bar {
  readonly subject: string;
  readonly driver: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly floor: number | undefined;
}

export function bars(contest: CaseReport, measure: string, view: View): Bar[] {
  return contest.entries.flatMap((entry) => {
    const reached = entry.reached[measure];
    if (reached === undefined || !view.drivers.has(entry.driver)) return [];
    return bar(entry, reached, view.scale);
  });
}

function bar({ subject, driver }: Entry, reached: Reached, scale: Scale): Bar[] {
  const { own, floor, timesOfficial, timesFloor } = reached;
  const { median: value, low, high } = own;
  const name = { subject, driver };
  if (scale === "measured") return [{ ...name, value, low, high, floor: floor?.median }];
  const ratio = scale === "official" ? timesOfficial : timesFloor;
  if (ratio === undefined) return [];
  // Times faster: what takes longer is less.
  const at = (of: number) => (scale === "official" ? (ratio * value) / of : (ratio * of) / value);
  const [one, other] = [at(low), at(high)];
  return [
    {
      ...name,
      value: ratio,
      low: Math.min(one, other),
      high: Math.max(one, other),
      floor: undefined,
    },
  ];
}

export const isShown = ({ scenario, linkMs }: CaseReport, view: View): boolean =>
  view.scenarios.has(scenario) && view.links.has(linkMs);
