import type { Saver, Session, Subject } from "../subjects/subject.ts";

export interface Measure {
  readonly id: string;
  readonly title: string;
  /** Less is better in all of them. */
  readonly unit: "ms" | "MB" | "bytes";
  /** Whether the raw statement of the case does the same work; true by default. */
  readonly hasFloor?: boolean;
}

export const TIME: Measure = { id: "time", title: "time", unit: "ms" };

/** One number for each measure of the case. */
export type Sample = readonly number[];
/** Runs work and says how many milliseconds it took; or counts what it sends, and says 0. */
export type Meter = (work: () => Promise<unknown>) => Promise<number>;
/** What is to be measured goes through the meter; what it needs before and after does not. */
export type Operation = (meter: Meter) => Promise<Sample>;

export interface Stage {
  readonly session: Session;
  readonly schema: string;
  /** Connects once more, to the same tables. */
  open(): Promise<Session>;
}

/** The same bytes in one raw statement: rows of text to insert under a new key, or to read. */
export interface RawWork {
  readonly kind: "write" | "read";
  readonly rows: readonly string[];
  /** How many do so at once, each `PUTS_PER_CALLER` times; 1 and once by default. */
  readonly callers?: number;
}

/** What must be stored before; not measured, and not changed by the operation. */
export interface Seed {
  /** The same for cases that begin with the same data. */
  readonly id: string;
  store(saver: Saver): Promise<void>;
}

export interface Case {
  /** Unique; also what people see. */
  readonly title: string;
  readonly scenario: string;
  readonly measures: readonly Measure[];
  /** Operations in one sample, whose traffic is shared out among them; 1 by default. */
  readonly operations?: number;
  /** Where it stands among the cases of its series, whose growth is drawn. */
  readonly at?: { readonly series: string; readonly axis: string; readonly value: number };
  /** Measured over slower links too. */
  readonly overLinks?: boolean;
  /** Bytes of values that savers of ours may remember: 0 measures reads as of another process. */
  readonly cacheBytes?: number;
  /** Its value does not vary: it is measured once. */
  readonly exact?: boolean;
  /** Why a subject can't run it. */
  unable?(subject: Subject): string | undefined;
  readonly seed?: Seed;
  operation(stage: Stage): Operation;
  /** Absent where no single statement does the same work. */
  raw?(): Promise<RawWork>;
}

/** A subject that gave up during an operation, and why. The comparison goes on without it. */
export class GaveUp extends Error {}
