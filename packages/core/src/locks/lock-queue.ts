import { processWide } from "../driver/process-wide.js";

const queues = processWide("lock-queues", () => new WeakMap<object, LockQueue>());

/**
 * Who has and who waits for which lock over one client, first come, first served. To the server all of
 * them are one session, which would get its own locks again and again.
 */
export class LockQueue {
  /** Those who wait, of each lock that somebody has. */
  readonly #waiting = new Map<string, (() => void)[]>();

  static of(client: object): LockQueue {
    const queue = queues.get(client) ?? new LockQueue();
    queues.set(client, queue);
    return queue;
  }

  isTaken(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** @throws the signal's reason; the place in the queue is then given up */
  async enter(key: string, signal?: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, []);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      const enter = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      waiting.push(enter);
    });
  }

  /** Lets the next one in. */
  leave(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next === undefined) this.#waiting.delete(key);
    else next();
  }
}
