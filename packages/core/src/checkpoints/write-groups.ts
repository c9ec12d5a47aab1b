import { AsyncLocalStorage } from "node:async_hooks";
import { nextTick } from "node:process";
import { until } from "../driver/until.js";
import { WaypostError } from "../errors/errors.js";
import { failureOf, isTransactionFailed } from "../errors/sqlstate.js";
import type { PutWritesInput } from "../sql/write/put-writes.js";
import { storeWrites, type WriteContext } from "./put.js";

/**
 * Statements with writes of one checkpoint that may be under way over a pool; over one connection it is one. A
 * superstep of hundreds of tasks leaves the other connections to other threads.
 */
const MAX_UNDER_WAY = 4;
/** One statement's rows and, roughly, its bytes. A call that has more goes alone. */
const MAX_ROWS = 1000;
const MAX_BYTES = 1 << 20;

/** Writes of one task that are to be stored. */
interface Call {
  readonly input: PutWritesInput;
  readonly task: string;
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
  /** Runs work as what the caller's tracing takes for a part of its own. */
  readonly within: <T>(work: () => T) => T;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** Why a group was not sent: one of its calls was given up. */
const GIVEN_UP = new Error("given up");

/**
 * Stores writes of parallel tasks together: what is called in the same turn of the event loop, and what comes
 * while statements for the same checkpoint are under way. Nothing waits for calls that may come.
 */
export class WriteGroups {
  readonly #context: WriteContext;
  readonly #ofCheckpoints = new Map<string, CheckpointWrites>();

  constructor(context: WriteContext) {
    this.#context = context;
  }

  /**
   * @param input writes of one task
   * @param signal aborted where the call is given up: if it has not been sent, it never is
   * @throws what the database answers to this call's writes, and the signal's reason
   */
  async store(input: PutWritesInput, signal: AbortSignal | undefined): Promise<void> {
    if (input.writes.length === 0) return;
    signal?.throwIfAborted();
    const { threadId, checkpointNs, checkpointId } = input;
    const key = JSON.stringify([threadId, checkpointNs, checkpointId]);
    const writes = this.#ofCheckpoints.get(key) ?? new CheckpointWrites(this.#context);
    this.#ofCheckpoints.set(key, writes);
    try {
      await writes.store(input, signal);
    } finally {
      if (writes.isIdle) this.#ofCheckpoints.delete(key);
    }
  }
}

class CheckpointWrites {
  readonly #context: WriteContext;
  #waiting: Call[] = [];
  #underWay = 0;
  /** Tasks of which a call is under way; those of one task keep their order. */
  readonly #tasks = new Set<string>();
  #isScheduled = false;

  constructor(context: WriteContext) {
    this.#context = context;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  store(input: PutWritesInput, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((stored, failed) => {
      const within = AsyncLocalStorage.snapshot();
      const task = input.writes[0]?.taskId ?? "";
      this.#waiting.push({
        ...{ input, task, bytes: sizeOf(input) },
        ...{ signal, within, stored, failed },
      });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      // Comes when all promises that are settled by now have been seen to: those of other tasks, too.
      nextTick(() => {
        this.#isScheduled = false;
        this.#sendNext();
      });
    });
  }

  #sendNext(): void {
    const places = this.#context.driver.recovery === "reconnects" ? MAX_UNDER_WAY : 1;
    while (this.#underWay < places) {
      const calls = this.#take();
      const [first] = calls;
      if (first === undefined) return;
      this.#underWay += 1;
      for (const { task } of calls) this.#tasks.add(task);
      first
        .within(() => this.#send(calls))
        .finally(() => {
          this.#underWay -= 1;
          for (const { task } of calls) this.#tasks.delete(task);
          this.#sendNext();
        });
    }
  }

  /** The longest waiting calls that fit into one statement, one of each task. */
  #take(): Call[] {
    const taken: Call[] = [];
    const left: Call[] = [];
    const tasks = new Set(this.#tasks);
    let rows = 0;
    let bytes = 0;
    for (const call of this.#waiting) {
      if (call.signal?.aborted) {
        call.failed(call.signal.reason);
        continue;
      }
      const fits = rows + call.input.writes.length <= MAX_ROWS && bytes + call.bytes <= MAX_BYTES;
      if (tasks.has(call.task) || !(fits || taken.length === 0)) left.push(call);
      else {
        taken.push(call);
        rows += call.input.writes.length;
        bytes += call.bytes;
      }
      tasks.add(call.task);
    }
    this.#waiting = left;
    return taken;
  }

  async #send(calls: readonly Call[]): Promise<void> {
    const group = new AbortController();
    const giveUp = () => group.abort(GIVEN_UP);
    const signals = calls.flatMap(({ signal }) => signal ?? []);
    for (const signal of signals) signal.addEventListener("abort", giveUp, { once: true });
    const driver = until(this.#context.driver, () =>
      signals.length > 0 ? group.signal : undefined,
    );
    try {
      await storeWrites({ ...this.#context, driver }, together(calls));
      for (const call of calls) call.stored();
    } catch (error) {
      if (error === GIVEN_UP) this.#waiting.unshift(...calls);
      else await this.#failed(calls, error);
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", giveUp);
    }
  }

  /** Tells each call its own error: what the server refuses may be due to one of them. */
  async #failed(calls: readonly Call[], error: unknown): Promise<void> {
    const concernsAll =
      calls.length === 1 || error instanceof WaypostError || failureOf(error) !== undefined;
    for (const call of calls) {
      if (concernsAll) call.failed(error);
      else await call.within(() => this.#sendAlone(call, error));
    }
  }

  async #sendAlone(call: Call, first: unknown): Promise<void> {
    try {
      call.signal?.throwIfAborted();
      const driver = until(this.#context.driver, () => call.signal);
      await storeWrites({ ...this.#context, driver }, call.input);
      call.stored();
    } catch (error) {
      // In the caller's transaction nothing can be told any more.
      call.failed(isTransactionFailed(error) ? first : error);
    }
  }
}

const together = (calls: readonly Call[]): PutWritesInput =>
  ({ ...calls[0]?.input, writes: calls.flatMap(({ input }) => input.writes) }) as PutWritesInput;

const sizeOf = ({ writes }: PutWritesInput): number =>
  writes.reduce((sum, { text, bytes }) => sum + (text?.length ?? 0) + (bytes?.byteLength ?? 0), 0);
