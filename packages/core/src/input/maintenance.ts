import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertText, threadIdOf } from "./config.js";

/** What to prune, checked. */
export interface PrunePlan {
  readonly strategy: "keep_latest" | "delete";
  readonly keepLast: number;
  /** ISO 8601 in UTC. */
  readonly olderThan: string | null;
  readonly dryRun: boolean;
}

/** What `prune` removes. One of `strategy`, `keepLast` and `olderThan` is required. */
export interface PruneOptions {
  /** `"keep_latest"` removes all but the newest checkpoints, `"delete"` whole threads. Default `"keep_latest"`. */
  readonly strategy?: "keep_latest" | "delete";
  /** How many of the newest checkpoints stay in each namespace, 1 or more. Default 1. Not with `"delete"`. */
  readonly keepLast?: number;
  /** Removes only checkpoints from before this time; with `"delete"`, only threads without a later checkpoint. */
  readonly olderThan?: Date;
  /** Counts what would be removed, and removes nothing. Default false. */
  readonly dryRun?: boolean;
}

const PRUNE_KEYS: OptionKeys<PruneOptions> = {
  strategy: true,
  keepLast: true,
  olderThan: true,
  dryRun: true,
};
/** As `retention` says it. */
export const PRUNE_INSTEAD = { maxAge: "olderThan: new Date(Date.now() - maxAge)" };

/** @throws InvalidInputError naming the option and what to pass, and unless one of them says what may go */
export function prunePlan(options: PruneOptions = {}): PrunePlan {
  assertKeys(options, "prune", PRUNE_KEYS, PRUNE_INSTEAD);
  const { strategy = "keep_latest", keepLast, olderThan, dryRun = false } = options;
  if (strategy !== "keep_latest" && strategy !== "delete") {
    throw new InvalidInputError('"strategy" must be "keep_latest" or "delete".');
  }
  if (options.strategy === undefined && keepLast === undefined && olderThan === undefined) {
    throw new InvalidInputError(
      'Pass "keepLast", "olderThan" or "strategy": they say what may go, e.g. { keepLast: 1 }.',
    );
  }
  if (strategy === "delete" && keepLast !== undefined) {
    throw new InvalidInputError('"keepLast" goes with the strategy "keep_latest" only.');
  }
  return {
    strategy,
    keepLast: assertCount(keepLast ?? 1, "keepLast"),
    olderThan: olderThan === undefined ? null : assertTime(olderThan, "olderThan"),
    dryRun: assertFlag(dryRun, "dryRun"),
  };
}

/** @throws InvalidInputError unless it is an array of ids */
export function threadIds(ids: unknown): string[] {
  return [...new Set(list(ids, "threadIds").map(threadIdOf))];
}

/** @throws InvalidInputError unless it is an array of non-empty strings */
export function runIds(ids: unknown): string[] {
  const runs = list(ids, "runIds").map((id) => assertText(id, "runIds"));
  if (runs.includes("")) throw new InvalidInputError('"runIds" holds an empty string.');
  return [...new Set(runs)];
}

export function assertSignal(signal: AbortSignal | null | undefined): void {
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new InvalidInputError('"signal" must be an AbortSignal.');
  }
}

export function assertProgress(onProgress: unknown): void {
  if (typeof onProgress !== "function") {
    throw new InvalidInputError('"onProgress" must be a function.');
  }
}

/** A whole number, 1 or more. */
export function assertCount(value: unknown, name: string): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 2 ** 31 - 1) {
    throw new InvalidInputError(`"${name}" must be a whole number, 1 or more.`);
  }
  return value as number;
}

export function assertFlag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw new InvalidInputError(`"${name}" must be true or false.`);
  return value;
}

/** A date as LangGraph writes the time of a checkpoint. */
export function assertTime(value: unknown, name: string): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw new InvalidInputError(`"${name}" must be a valid Date.`);
  }
  return value.toISOString();
}

function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new InvalidInputError(`"${name}" must be an array of strings.`);
  return value;
}
