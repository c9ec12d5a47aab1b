import { databaseError, WaypostError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { sqlState } from "../errors/sqlstate.js";
import { type Policy, runOperation } from "../execution/operations.js";
import { pause } from "../execution/retry.js";
import { checkSignal, flag } from "../input/maintenance.js";
import { type LockBackend, type LockTools, lockBackend } from "./lock-backend.js";
import { LockQueue } from "./lock-queue.js";

export interface ThreadLockOptions {
  /** Whether to wait until whoever has the lock frees it; else it is refused at once. Default true. */
  readonly wait?: boolean;
  /** Ends the waiting; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Frees the lock at the end of `await using`. */
export interface ThreadLock extends AsyncDisposable {
  /**
   * Aborted where the lock is lost before it is freed, as somebody else may then have it. Pass it on to the
   * run. Only that of a pool: a single connection that is lost ends the run by itself.
   */
  readonly signal: AbortSignal;
}

/** Others ask about this often at most, in ms: as short as to keep nobody waiting who waits for a model. */
const MAX_PAUSE_MS = 250;

const KEYS: OptionKeys<ThreadLockOptions> = { wait: true, signal: true };

/** @throws InvalidInputError naming the option and what to pass */
export function lockPlan(options: ThreadLockOptions = {}) {
  assertKeys(options, "threadLock", KEYS);
  const { wait = true, signal } = options;
  checkSignal(signal);
  return { wait: flag(wait, "wait"), signal };
}

export interface LockContext extends LockTools {
  readonly policy: Policy;
}

/** Waiting is no operation that takes too long, so the policy's limit of time is not for it. */
export function lockThread(
  context: LockContext,
  threadId: string,
  { wait, signal }: ReturnType<typeof lockPlan>,
): Promise<ThreadLock> {
  const policy = { ...context.policy, timeoutMs: undefined };
  const operation = { name: "threadLock", threadId, signal, idempotent: true };
  return runOperation(context.driver, policy, operation, () =>
    abortable(acquire(context, threadId, wait, signal), signal),
  );
}

/** What is there only after the abort is freed again. */
function abortable(work: Promise<HeldLock>, signal?: AbortSignal): Promise<HeldLock> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      work.then((lock) => lock[Symbol.asyncDispose]()).catch(() => {});
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = () => signal.removeEventListener("abort", abort);
    work.then(
      (lock) => {
        settled();
        resolve(lock);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}

/**
 * Those who wait over one client stand in a queue, and only its first asks the server, again and again.
 * To wait in the server instead would take a connection for each, on a pool that the runs need, or
 * hold up all else on a single one. Between processes nobody is first, then.
 */
async function acquire(
  context: LockContext,
  threadId: string,
  wait: boolean,
  signal: AbortSignal | undefined,
): Promise<HeldLock> {
  const { driver, tables } = context;
  signal?.throwIfAborted();
  const queue = LockQueue.of(driver.client);
  const key = `${tables.runLockName} ${threadId}`;
  if (!wait && queue.isTaken(key)) throw refusal(threadId);
  // Before anything that waits for a connection: who asked first is first.
  await queue.enter(key, signal);
  const giveUp = () => queue.giveUp(key);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const backend = await lockBackend(context, threadId);
    try {
      signal?.throwIfAborted();
      for (let tries = 1; !(await backend.take()); tries += 1) {
        if (!wait) throw refusal(threadId);
        await pause(tries, signal, MAX_PAUSE_MS);
      }
      return new HeldLock(threadId, backend, () => queue.leave(key));
    } catch (error) {
      await backend.leave();
      throw error;
    }
  } catch (error) {
    queue.leave(key);
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

function refusal(threadId: string): WaypostError {
  return new WaypostError(
    "WAYPOST_THREAD_LOCKED",
    `Another run has thread "${threadId}"; try again when it has ended, or wait for it with { wait: true }.`,
  );
}

/** In a failed transaction nothing can be freed before the ROLLBACK. */
const FAILED_TRANSACTION = "25P02";

class HeldLock implements ThreadLock {
  readonly #threadId: string;
  readonly #backend: LockBackend;
  readonly #leaveQueue: () => void;
  readonly #lost = new AbortController();
  readonly #forget: () => void;
  #freed: Promise<void> | undefined;

  constructor(threadId: string, backend: LockBackend, leaveQueue: () => void) {
    this.#threadId = threadId;
    this.#backend = backend;
    this.#leaveQueue = leaveQueue;
    this.#forget = backend.onLost((cause) => this.#lost.abort(lostError(threadId, cause)));
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#freed ??= this.#free();
    return this.#freed;
  }

  async #free(): Promise<void> {
    try {
      await this.#backend.free();
    } catch (cause) {
      if (sqlState(cause) === FAILED_TRANSACTION) {
        this.#freed = undefined;
        throw databaseError("threadLock", cause, this.#threadId);
      }
      await this.#leave();
      throw this.signal.aborted ? this.signal.reason : lostError(this.#threadId, cause);
    }
    await this.#leave();
  }

  async #leave(): Promise<void> {
    this.#forget();
    this.#leaveQueue();
    await this.#backend.leave();
  }
}

function lostError(threadId: string, cause?: unknown): WaypostError {
  return new WaypostError(
    "WAYPOST_LOCK_LOST",
    `The lock of thread "${threadId}" was lost with its connection, and another run may have begun meanwhile; look at the thread's state before you go on.`,
    { cause },
  );
}
