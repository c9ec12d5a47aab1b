import type { Session } from "../session.ts";
import { history, historyAfter, type Step } from "../show/history.ts";
import { keyOf, Thread } from "../show/thread.ts";
import { NotFound } from "./errors.ts";
import type { Marks } from "./outline.ts";

/** Threads that are kept; one of 10,000 checkpoints of one channel takes 8 MB. */
const MOST = 4;

/** A thread as of one moment. */
export interface OpenThread {
  readonly version: string;
  readonly thread: Thread;
  readonly marks: Marks;
}

interface Pulse {
  readonly checkpoints: string;
  readonly writes: string;
  readonly newest: string | null;
}

/** The threads that are looked at, without their values. What has come since the last look is read, and no more. */
export class OpenThreads {
  readonly #session: Session;
  readonly #threads = new Map<string, OpenThread>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Another text as soon as anything of a thread has changed. Reads keys only. @throws NotFound */
  async version(threadId: string): Promise<string> {
    return versionOf(await this.#pulse(threadId));
  }

  /** @throws NotFound if there is no such thread */
  async at(threadId: string): Promise<OpenThread> {
    const pulse = await this.#pulse(threadId);
    const known = this.#threads.get(threadId);
    if (known?.version === versionOf(pulse)) return known;
    const thread = new Thread(await this.#steps(threadId, pulse, known?.thread.steps ?? []));
    const opened = { version: versionOf(pulse), thread, marks: await this.#marks(threadId) };
    this.#threads.delete(threadId);
    this.#threads.set(threadId, opened);
    for (const [oldest] of this.#threads) {
      if (this.#threads.size <= MOST) break;
      this.#threads.delete(oldest);
    }
    return opened;
  }

  async #steps(threadId: string, pulse: Pulse, known: readonly Step[]): Promise<readonly Step[]> {
    const steps = [...known, ...(await historyAfter(this.#session, threadId, known.at(-1)))];
    // Fewer or more: some were removed, or a process whose clock is late has written.
    const isWhole = steps.length === Number(pulse.checkpoints) && steps.at(-1)?.id === pulse.newest;
    return isWhole || known.length === 0 ? steps : history(this.#session, threadId);
  }

  async #pulse(threadId: string): Promise<Pulse> {
    const [pulse] = await this.#session.rows<Pulse>(
      `SELECT (SELECT count(*) FROM ${this.#session.table("checkpoints")} WHERE thread_id = $1) AS checkpoints,
         (SELECT max(checkpoint_id) FROM ${this.#session.table("checkpoints")} WHERE thread_id = $1) AS newest,
         (SELECT count(*) FROM ${this.#session.table("checkpoint_writes")} WHERE thread_id = $1) AS writes`,
      [threadId],
    );
    if (pulse === undefined || (pulse.newest === null && pulse.writes === "0")) {
      throw new NotFound("There is no such thread.");
    }
    return pulse;
  }

  /** The checkpoints from which a task asked or failed. */
  async #marks(threadId: string): Promise<Marks> {
    const rows = await this.#session.rows<{ namespace: string; id: string; channel: string }>(
      `SELECT DISTINCT checkpoint_ns AS namespace, checkpoint_id AS id, channel
       FROM ${this.#session.table("checkpoint_writes")}
       WHERE thread_id = $1 AND channel IN ('__error__', '__interrupt__') ORDER BY channel DESC`,
      [threadId],
    );
    return new Map(
      rows.map((row) => [keyOf(row), row.channel === "__error__" ? "failed" : "asked"]),
    );
  }
}

const versionOf = ({ checkpoints, writes, newest }: Pulse): string =>
  [checkpoints, writes, newest ?? ""].join(".");
