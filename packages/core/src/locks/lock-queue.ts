import { processWide } from "../driver/process-wide.js";

const queues = processWide("lock-queues", () => new WeakMap<object, LockQueue>());

interface Line {
  /** Those behind the first one, who has the lock or asks the server for it. */
  readonly waiting: (() => void)[];
  /** Whether the first one leaves as soon as the server has answered. */
  givenUp: boolean;
}

/**
 * Who has and who waits for which lock over one client, first come, first served. To the server all of
 * them are one session, which would get its own locks again and again.
 */
export class LockQueue {
  readonly #lines = new Map<string, Line>();

  static of(client: object): LockQueue {
    const queue = queues.get(client) ?? new LockQueue();
    queues.set(client, queue);
    return queue;
  }

  /** Not where the only one there has given up: its place is free once the server has answered. */
  isTaken(key: string): boolean {
    const line = this.#lines.get(key);
    return line !== undefined && !(line.givenUp && line.waiting.length === 0);
  }

  /** @throws the signal's reason; the place in the queue is then given up */
  async enter(key: string, signal?: AbortSignal): Promise<void> {
    const line = this.#lines.get(key);
    if (line === undefined) {
      this.#lines.set(key, { waiting: [], givenUp: false });
      return;
    }
    const { waiting } = line;
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

  /** For the first one, who can't leave before the server has answered. */
  giveUp(key: string): void {
    const line = this.#lines.get(key);
    if (line !== undefined) line.givenUp = true;
  }

  /** Lets the next one in. */
  leave(key: string): void {
    const line = this.#lines.get(key);
    const next = line?.waiting.shift();
    if (line === undefined || next === undefined) {
      this.#lines.delete(key);
      return;
    }
    line.givenUp = false;
    next();
  }
}
