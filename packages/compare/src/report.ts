import type { Traffic } from "@waypost/conformance/wire";
import type { Summary } from "./measure/statistics.ts";
import type { Measure } from "./scenarios/scenario.ts";
import type { DriverName } from "./subjects/subject.ts";

/** What a subject reached in one measure of a case. */
export interface Reached {
  readonly own: Summary;
  /** The same bytes in one raw statement of the same driver and mode. */
  readonly floor?: Summary;
  /** So many times the official saver's median is this one: above 1 is better than it. */
  readonly timesOfficial?: number;
  /** So many times this median is the floor's: 1 is the limit. */
  readonly timesFloor?: number;
}

/** What one operation sends and receives. */
export type Counts = Pick<Traffic, "statements" | "bytesSent" | "bytesReceived"> & {
  /** Times the driver waited for an answer. */
  readonly roundTrips: number;
};

/** One subject in one case. */
export interface Entry {
  readonly subject: string;
  readonly driver: DriverName;
  /** By the measures' ids; empty where it could not run. */
  readonly reached: Readonly<Record<string, Reached>>;
  readonly counts?: Counts;
  /** Why it could not run. */
  readonly unable?: string;
  /** A saver of ours whose statements are not prepared. */
  readonly unprepared?: true;
}

export interface CaseReport {
  readonly title: string;
  readonly scenario: string;
  /** Milliseconds added to each round trip. */
  readonly linkMs: number;
  readonly measures: readonly Measure[];
  readonly at?: { readonly series: string; readonly axis: string; readonly value: number };
  /** Why there are no floors. */
  readonly noFloor?: string;
  readonly entries: readonly Entry[];
}

export interface Environment {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly system: string;
  };
  readonly node: string;
  readonly postgres: {
    readonly version: string;
    /** Whether it was started for this run; such a server has `fsync` off. */
    readonly embedded: boolean;
    readonly settings: Readonly<Record<string, string>>;
  };
  /** Connections of every pool. */
  readonly poolSize: number;
  /** Versions of the packages, and of pgbench where it is installed. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The result of a run: what `--json` writes. */
export interface Report {
  readonly startedAt: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly environment: Environment;
  readonly links: readonly { readonly addedMs: number; readonly measuredMs: number }[];
  readonly cases: readonly CaseReport[];
}
