import { processWide } from "./process-wide.js";

/** Waiting must not keep what was waited for: rows of every query, for as long as the session lives. */
const ended = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => {},
    () => {},
  );

const queueOf = processWide("session-queues", () => new WeakMap<object, SessionQueue>());

/**
 * The queue of a session that is shared: `alone` waits for all before it and holds back all after it;
 * `together` waits only for those that are alone.
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

  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#all.then(work);
    this.#alone = this.#all = ended(result);
    return result;
  }

  together<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#alone.then(work);
    this.#all = ended(Promise.allSettled([this.#all, result]));
    return result;
  }
}
