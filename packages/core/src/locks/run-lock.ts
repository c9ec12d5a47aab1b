import { databaseError, LockError } from "../errors/errors.js";
import { threadName } from "../errors/names.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { isTransactionFailed } from "../errors/sqlstate.js";
import type { Executor } from "../execution/executor.js";
import { pause } from "../execution/retry.js";
import type { ServerFacts } from "../execution/server-facts.js";
import { threadIdOf } from "../input/config.js";
import { assertFlag, assertSignal } from "../input/maintenance.js";
import type { Tables } from "../schema/identifiers.js";
import type { Catalogue } from "../sql/catalogue.js";
import { type LockBackend, type LockTools, lockBackend } from "./lock-backend.js";
import { LockQueue } from "./lock-queue.js";

/** How `threadLock` waits. */
export interface ThreadLockOptions {
  /** Whether to wait until the lock is released. If false, a held lock is an error at once. Default true. */
  readonly wait?: boolean;
  /** Stops waiting; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A lock that is held. Dispose it to release it, best with `await using`. Disposing a lost lock throws. */
export interface ThreadLock extends AsyncDisposable {
  /**
   * Aborts, with the code `WAYPOST_LOCK_LOST`, if the lock is lost before it is released: another run may
   * then hold it. Pass the signal to the run. Over a single connection it never aborts, because the loss
   * of the connection ends the run by itself.
   */
  readonly signal: AbortSignal;
}

/** The longest delay between two attempts to get a lock, in ms: short against a call of a model. */
const MAX_PAUSE_MS = 250;

const KEYS: OptionKeys<ThreadLockOptions> = { wait: true, signal: true };

/** @throws InvalidInputError naming the option and what to pass */
function lockPlan(options: ThreadLockOptions = {}) {
  assertKeys(options, "threadLock", KEYS);
  const { wait = true, signal } = options;
  assertSignal(signal);
  return { wait: assertFlag(wait, "wait"), signal };
}

interface LocksContext {
  readonly executor: Executor;
  readonly server: ServerFacts;
  readonly tables: Tables;
  readonly sql: Catalogue;
}

/** The run locks of a saver's threads. */
export class RunLocks {
  readonly #context: LocksContext;

  constructor(context: LocksContext) {
    this.#context = context;
  }

  lock(threadId: string, options?: ThreadLockOptions): Promise<ThreadLock> {
    const id = threadIdOf(threadId);
    const { wait, signal } = lockPlan(options);
    const { executor, ...context } = this.#context;
    // The driver without a limit of time: the lock outlives the operation.
    const tools = { ...context, driver: executor.driver };
    return executor.run({ name: "threadLock", threadId: id, signal }, () =>
      abortable(acquire(tools, id, wait, signal), signal),
    );
  }
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
  tools: LockTools,
  threadId: string,
  wait: boolean,
  signal: AbortSignal | undefined,
): Promise<HeldLock> {
  signal?.throwIfAborted();
  const queue = LockQueue.of(tools.driver.client);
  const key = `${tools.tables.runLockName} ${threadId}`;
  if (!wait && queue.isTaken(key)) throw refusal(threadId);
  // Before anything that waits for a connection: who asked first is first.
  await queue.enter(key, signal);
  const giveUp = () => queue.giveUp(key);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const backend = await lockBackend(tools, threadId);
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

function refusal(threadId: string): LockError {
  return new LockError(
    "WAYPOST_THREAD_LOCKED",
    `Another run has ${threadName(threadId)}; try again when it has ended, or wait for it with { wait: true }.`,
  );
}

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
      if (isTransactionFailed(cause)) {
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

function lostError(threadId: string, cause?: unknown): LockError {
  return new LockError(
    "WAYPOST_LOCK_LOST",
    `The lock of ${threadName(threadId)} was lost with its connection, and another run may have begun meanwhile; look at the thread's state before you go on.`,
    { cause },
  );
}
