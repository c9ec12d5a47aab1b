import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import type { Queryable } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import type { NamespaceKey } from "../input/config.js";
import { assertCount } from "../input/maintenance.js";
import type { Catalogue } from "../sql/catalogue.js";
import { pruneBatch } from "./prune.js";

/**
 * Which checkpoints stay as a thread grows, and how long threads live that nobody writes to. With `keepLast` and
 * `maxAge`, a checkpoint stays if either says so.
 */
export interface Retention {
  /** How many of the newest checkpoints stay in each namespace, 1 or more. Default 1. */
  keepLast?: number;
  /** Checkpoints younger than this many milliseconds stay. Default: no limit by age. */
  maxAge?: number;
  /**
   * Threads are deleted whole when their newest checkpoint is older than this many milliseconds, also those that
   * wait for an answer. Each `put` of another thread may find them: once a minute it looks at the next hundred
   * threads. Default: threads stay.
   */
  idle?: number;
}

/** Which checkpoints of a thread stay. */
export interface PruneRetention {
  readonly keepLast: number;
  readonly maxAge: number | null;
}

export interface RetentionPlan {
  readonly prune: PruneRetention | undefined;
  /** Milliseconds after which a thread is idle. */
  readonly idle: number | undefined;
}

/**
 * How many steps of the root graph lie between two removals. One takes a transaction and, on the server,
 * about 30 microseconds a checkpoint: 5% of a step where a round trip takes half a millisecond.
 */
const EVERY = 100;
/** A thread that has more to remove, as one from before the option was set, takes several turns. */
const AT_ONCE = 1000;

const KEYS: OptionKeys<Retention> = { keepLast: true, maxAge: true, idle: true };

/** @throws InvalidInputError naming the option and what to pass */
export function retentionPlan(retention: Retention | undefined): RetentionPlan | undefined {
  if (retention === undefined) return undefined;
  assertKeys(retention, '"retention"', KEYS, { olderThan: "maxAge, in milliseconds" });
  const { keepLast, maxAge, idle } = retention;
  const prunes = keepLast !== undefined || maxAge !== undefined;
  if (!prunes && idle === undefined) {
    throw new InvalidInputError('The option "retention" needs "keepLast", "maxAge" or "idle".');
  }
  const prune = {
    keepLast: keepLast === undefined ? 1 : assertCount(keepLast, "retention.keepLast"),
    maxAge: maxAge === undefined ? null : age(maxAge, "retention.maxAge"),
  };
  return {
    prune: prunes ? prune : undefined,
    idle: idle === undefined ? undefined : age(idle, "retention.idle"),
  };
}

/**
 * After which checkpoints to prune. The step is what all processes that write a thread agree on, so
 * nothing has to be remembered between them.
 */
export function isDue({ checkpointNs }: NamespaceKey, { step }: CheckpointMetadata): boolean {
  return checkpointNs === "" && step > 0 && step % EVERY === 0;
}

/** Prunes a thread a little; not where somebody else is at it. */
export async function retain(
  tx: Queryable,
  sql: Catalogue,
  threadId: string,
  { keepLast, maxAge }: PruneRetention,
): Promise<void> {
  const olderThan = maxAge === null ? null : new Date(Date.now() - maxAge).toISOString();
  await pruneBatch(tx, sql, { threadId, keepLast, olderThan }, { limit: AT_ONCE, wait: false });
}

/** The largest time that a Date can hold, so that every point in time before now can be told. */
const MAX_AGE = 8.64e15;

function age(value: unknown, name: string): number {
  if (typeof value === "number" && value > 0 && value <= MAX_AGE) return value;
  throw new InvalidInputError(`"${name}" must be a number of milliseconds above 0.`);
}
