import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

export const DRIVERS = ["pg", "postgres.js", "kysely", "official", "memory", "pgbench"] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Connections of every pool, so that none is favoured. Fits a server of 100 connections with all subjects open. */
export const POOL_SIZE = 5;

export interface Saver extends BaseCheckpointSaver {
  setup?(): Promise<void>;
}

/** A statement that a driver runs as its user would by hand, prepared or not as the subject is. */
export interface RawStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

export type RawRow = Readonly<Record<string, unknown>>;
export type Raw = (statement: RawStatement) => Promise<readonly RawRow[]>;

/** One subject, connected. */
export interface Session {
  readonly saver: Saver;
  /** The same connections without a saver; undefined where there is no database. */
  readonly raw?: Raw;
  close(): Promise<void>;
}

/** Where a subject finds its tables. */
export interface Target {
  /** The server, or a link to it. */
  readonly url: string;
  readonly schema: string;
  /** How many bytes of values a saver of ours may remember; by default what people get. */
  readonly cacheBytes?: number | undefined;
}

/** One driver in one mode, as people would choose it. */
export interface Subject {
  readonly name: string;
  readonly driver: DriverName;
  /** Measured over slower links too; the others differ from one of these in a detail. */
  readonly main: boolean;
  /** Whether it has the server keep the plans of its statements. */
  readonly prepares: boolean;
  /** What its raw statements are a floor for: true unless the subject is somebody else's saver. */
  readonly ours: boolean;
  /** False where no server is involved: nothing to count, no link to slow down. */
  readonly wire: boolean;
  open(target: Target): Promise<Session>;
}
