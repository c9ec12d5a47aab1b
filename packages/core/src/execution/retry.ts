import { setTimeout as wait } from "node:timers/promises";
import type { Recovery } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { failureOf } from "../errors/sqlstate.js";

/** How often operations are retried. */
export interface RetryOptions {
  /**
   * Tries of an operation, the first included, 1 to 200. Default 6. The delay before a try is at most 50 ms,
   * and at most twice that with each further try, up to 1,000 ms; a random 50 to 100 % of it is waited.
   * With 6 tries the delays add up to 1.55 s at most.
   */
  readonly attempts?: number;
}

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1000;

const KEYS: OptionKeys<RetryOptions> = { attempts: true };

/** @throws InvalidInputError naming the option and what to pass */
export function retryAttempts(retry: false | RetryOptions = {}): number {
  if (retry === false) return 1;
  if (typeof retry === "object") assertKeys(retry, '"retry"', KEYS);
  const attempts = (retry as RetryOptions | null)?.attempts ?? ATTEMPTS;
  if (
    typeof retry !== "object" ||
    retry === null ||
    !Number.isInteger(attempts) ||
    attempts < 1 ||
    attempts > 200
  ) {
    throw new InvalidInputError(
      'The option "retry" must be false or { attempts } with a whole number from 1 to 200.',
    );
  }
  return attempts;
}

/** Whether an idempotent operation that failed like this can be tried again. */
export function canRetry(error: unknown, recovery: Recovery): boolean {
  if (recovery === "none") return false;
  const failure = failureOf(error);
  if (failure === "refused") return true;
  return recovery === "reconnects" && (failure === "lost" || failure === "unready");
}

/**
 * Waits longer each time, by a random part of it, so that those who failed together do not come back
 * together.
 *
 * @throws the signal's reason
 */
export async function pause(
  tries: number,
  signal?: AbortSignal,
  maxDelayMs = MAX_DELAY_MS,
): Promise<void> {
  const longest = Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), maxDelayMs);
  await wait(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {
    throw signal?.reason;
  });
}
