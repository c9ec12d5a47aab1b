import type { CaseReport, Entry, Reached } from "../src/report.ts";

/** What the reader has chosen to see. */
export interface View {
  readonly scenarios: ReadonlySet<string>;
  readonly drivers: ReadonlySet<string>;
  /** Milliseconds added to each round trip. */
  readonly links: ReadonlySet<number>;
  /** `prepared` and `unprepared`: what of our savers is shown. */
  readonly statements: ReadonlySet<string>;
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
    if (reached === undefined || !isChosen(entry, view) || isOffScale(entry, view)) return [];
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

/** MemorySaver is hundreds of times faster than what stores: beside its bar, all others are dots. */
export const isOffScale = ({ driver }: Entry, { scale }: View): boolean =>
  driver === "memory" && scale === "official";

/** The official saver, MemorySaver and pgbench have no choice of statements. */
export function isChosen({ driver, unprepared }: Entry, view: View): boolean {
  if (!view.drivers.has(driver)) return false;
  const hasChoice = ["pg", "postgres.js", "kysely"].includes(driver);
  return !hasChoice || view.statements.has(unprepared ? "unprepared" : "prepared");
}

export const isShown = ({ scenario, linkMs }: CaseReport, view: View): boolean =>
  view.scenarios.has(scenario) && view.links.has(linkMs);
