import { setTimeout as wait } from "node:timers/promises";
import { InvalidInputError } from "./errors.js";
import { assertKeys, type OptionKeys } from "./keys.js";
import { connectionCode, sqlState } from "./sqlstate.js";

export interface RetryOptions {
  /** How often an operation is tried in all, 1 to 200. Default 6: about a second and a half of waiting at most. */
  readonly attempts?: number;
}

/** What a driver's connection can do after an error. */
export type Recovery =
  /** A pool: the next try takes another connection. */
  | "reconnects"
  /** One connection: what the server refused can be sent again, but a lost connection is lost. */
  | "resends"
  /** A transaction of the caller, of which nothing can be repeated alone. */
  | "none";

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1000;

/** The server rolled the statement back, and the same may succeed. */
const REFUSED = new Set([
  "40001", // serialization failure
  "40P01", // deadlock
  "55P03", // lock not available
]);

/** The connection is lost. */
const LOST = new Set([
  "57P01", // terminated by an administrator
  "57P02", // another process crashed
  "57P05", // idle for longer than the server allows
  "25P03", // the same, in a transaction
  "25P04", // in a transaction for longer than the server allows
  "08000",
  "08003",
  "08006",
  "ECONNRESET",
  "EPIPE",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
]);
/** What pg throws has no code: of a connection, of one that is lost as the pool hands it over. */
const LOST_MESSAGE =
  /^(?:Connection terminated|Client (?:has encountered a connection error|was closed) and is not queryable)/;

/** There is no connection yet, or it leads to a server that can't do it now. */
const UNREADY = new Set([
  "57P03", // starting up or shutting down
  "53300", // too many connections
  "08001",
  "08004",
  "25006", // read-only: a standby, before it is promoted
  "ECONNREFUSED",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
]);
/** What pg's pool throws, without a code, where none of its connections became free or was made in time. */
const UNREADY_MESSAGE = /^timeout exceeded when trying to connect/;

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

/** Whether an operation that failed like this can be tried again. All operations of a saver are idempotent. */
export function canRetry(error: unknown, recovery: Recovery): boolean {
  if (recovery === "none") return false;
  const code = sqlState(error) ?? connectionCode(error);
  if (code !== undefined && REFUSED.has(code)) return true;
  return recovery === "reconnects" && (isUnready(error, code) || isLost(error));
}

function isUnready(error: unknown, code = ""): boolean {
  return UNREADY.has(code) || UNREADY_MESSAGE.test(String((error as Error)?.message));
}

/** Whether the connection is lost, so that nothing can be sent on it. */
export function isLost(error: unknown): boolean {
  const code = sqlState(error) ?? connectionCode(error) ?? "";
  return LOST.has(code) || LOST_MESSAGE.test(String((error as Error)?.message));
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
