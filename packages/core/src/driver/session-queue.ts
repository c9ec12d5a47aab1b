import { processWide } from "./process-wide.js";

/** Waiting must not keep what was waited for: rows of every query, for as long as the session lives. */
const ended = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => {},
    () => {},
  );

const queueOf = processWide("session-queues", () => new WeakMap<object, SessionQueue>());

/**
 * The queue of a session that several callers share.
 */
export class SessionQueue {
  /** Settled when every `alone` so far has ended. */
  #alone: Promise<void> = Promise.resolve();
  /** Settled when all so far has ended. */
  #all: Promise<void> = Promise.resolve();

  /** That of a session: two savers over one connection have to wait for each other, too. */
  static of(session: object): SessionQueue {
    const queue = queueOf.get(session) ?? new SessionQueue();
    queueOf.set(session, queue);
    return queue;
  }

  /** Runs work when everything before it has ended, and holds back everything after it. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#all.then(work);
    this.#alone = this.#all = ended(result);
    return result;
  }

  /** Runs work beside other work that is together; waits only for work that is alone. */
  together<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#alone.then(work);
    this.#all = ended(Promise.allSettled([this.#all, result]));
    return result;
  }
}
