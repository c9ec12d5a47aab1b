import { assertFlag, assertKeys, InvalidInputError, type OptionKeys } from "@waypost/core/adapter";

/** How long items live. The names are those of the official store. */
export interface TtlOptions {
  /** Minutes that an item lives, where `put` does not say; fractions are allowed. Default: forever. */
  readonly defaultTtl?: number;
  /**
   * Whether `get` and `search` begin the time to live of the items that they return anew. Each read is then a
   * write, too. Default false.
   */
  readonly refreshOnRead?: boolean;
  /** Minutes between the sweeps that `start()` begins. Default: none, call `sweep()`. */
  readonly sweepIntervalMinutes?: number;
}

export interface CheckedTtl {
  readonly defaultTtl: number | null;
  readonly refreshOnRead: boolean;
  readonly sweepIntervalMinutes: number | undefined;
}

const TTL_KEYS: OptionKeys<TtlOptions> = {
  defaultTtl: true,
  refreshOnRead: true,
  sweepIntervalMinutes: true,
};
/** What else it may be taken to be called. */
const INSTEAD = { defaultMinutes: '"defaultTtl"', ttl: '"defaultTtl"' };

/** A hundred years. */
const MAX_MINUTES = 100 * 365 * 24 * 60;
/** Node's timers take no more than 2^31 - 1 milliseconds. */
const MAX_INTERVAL_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

/** @throws InvalidInputError naming the option and what to pass */
export function ttlOf(options: TtlOptions | undefined): CheckedTtl {
  if (options === undefined) {
    return { defaultTtl: null, refreshOnRead: false, sweepIntervalMinutes: undefined };
  }
  assertKeys(options, '"ttl"', TTL_KEYS, INSTEAD);
  const { defaultTtl, refreshOnRead = false, sweepIntervalMinutes } = options;
  return {
    defaultTtl: defaultTtl === undefined ? null : minutes(defaultTtl, "ttl.defaultTtl"),
    refreshOnRead: assertFlag(refreshOnRead, "ttl.refreshOnRead"),
    sweepIntervalMinutes:
      sweepIntervalMinutes === undefined
        ? undefined
        : minutes(sweepIntervalMinutes, "ttl.sweepIntervalMinutes", MAX_INTERVAL_MINUTES),
  };
}

/**
 * @param otherwise where nothing is said
 * @returns minutes; null for no end
 */
export function itemTtl(ttl: unknown, otherwise: number | null): number | null {
  if (ttl === undefined) return otherwise;
  return ttl === null ? null : minutes(ttl, "ttl");
}

function minutes(value: unknown, name: string, most = MAX_MINUTES): number {
  if (typeof value === "number" && value > 0 && value <= most) return value;
  throw new InvalidInputError(
    `"${name}" must be a number of minutes above 0, at most ${most}; leave it out, or pass null to put, for items that never expire.`,
  );
}
