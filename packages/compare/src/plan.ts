import { SCENARIOS } from "./scenarios/index.ts";
import type { Case } from "./scenarios/scenario.ts";
import { SUBJECTS } from "./subjects/index.ts";
import { DRIVERS, type DriverName, type Subject } from "./subjects/subject.ts";

/** What to measure; undefined takes all, and of links what fits into a quarter of an hour. */
export interface Choice {
  readonly quick: boolean;
  /** Only subjects that prepare no statements. */
  readonly unprepared: boolean;
  readonly scenarios: readonly string[] | undefined;
  readonly drivers: readonly DriverName[] | undefined;
  /** Milliseconds added to each round trip. */
  readonly links: readonly number[] | undefined;
}

/** One case over one link, with the subjects that meet in it. */
export interface Bout {
  readonly contest: Case;
  readonly linkMs: number;
  readonly subjects: readonly Subject[];
  readonly pgbench: boolean;
}

const SAVERS_OF_DRIVERS: readonly DriverName[] = ["pg", "postgres.js", "kysely"];
const DEFAULT_LINKS = [0, 1, 5];
const QUICK_LINKS = [0, 1];
const QUICK_OVER_LINKS = ["put", "turn"];

export function plan({ quick, unprepared, scenarios, links, ...choice }: Choice): Bout[] {
  const drivers = choice.drivers ?? (unprepared ? SAVERS_OF_DRIVERS : DRIVERS);
  const names = scenarios ?? Object.keys(SCENARIOS);
  const cases = names.flatMap((name) => SCENARIOS[name]?.(quick) ?? []);
  // The official saver is what all are compared with.
  const chosen = SUBJECTS.filter(
    ({ driver, prepares }) =>
      driver === "official" || (drivers.includes(driver) && !(unprepared && prepares)),
  );
  const pgbench = drivers.includes("pgbench");
  return (links ?? (quick ? QUICK_LINKS : DEFAULT_LINKS)).flatMap((linkMs) =>
    cases
      .filter((it) => linkMs === 0 || links !== undefined || goesOverLinks(it, quick))
      .map((contest) => ({
        contest,
        linkMs,
        subjects: chosen.filter(
          ({ main }) => linkMs === 0 || links !== undefined || unprepared || main,
        ),
        pgbench,
      })),
  );
}

/** Seconds for a case on two idle cores: its slices, and the tables and data of its subjects. */
const SECONDS_OF_CASE = { quick: 4, full: 11 };

/** About how long bouts take, in words. */
export function duration(bouts: readonly Bout[], quick: boolean): string {
  const seconds = bouts.length * SECONDS_OF_CASE[quick ? "quick" : "full"];
  const text = seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${bouts.length} cases: about ${text} on two idle cores, longer on busy ones.`;
}

function goesOverLinks({ overLinks = false, scenario }: Case, quick: boolean): boolean {
  return overLinks && (!quick || QUICK_OVER_LINKS.includes(scenario));
}
