import { channel } from "node:diagnostics_channel";
import type { Driver, Queryable, Statement } from "./driver.js";
import { databaseError, WaypostError } from "./errors.js";
import { canRetry, pause } from "./retry.js";

/** Published on the channel `waypost.operation` when an operation of a saver has ended. */
export interface OperationEvent {
  /** The method, e.g. `put`. */
  readonly operation: string;
  readonly threadId: string | undefined;
  readonly durationMs: number;
  /** How often it was tried; 1 where nothing went wrong. */
  readonly tries: number;
  /** As in the error that was thrown; undefined where there was none. */
  readonly errorCode: string | undefined;
}

/** Published on the channel `waypost.statement` when the server has answered a statement. */
export interface StatementEvent {
  /** The name under which it may be prepared, the same for the same text; `""` for others. */
  readonly name: string;
  readonly text: string;
  readonly rows: number;
  readonly durationMs: number;
  readonly errorCode: string | undefined;
}

const operations = channel("waypost.operation");
const statements = channel("waypost.statement");

export interface Policy {
  /** How often an operation is tried in all. */
  readonly attempts: number;
  /** Milliseconds after which the caller is told that it takes too long. */
  readonly timeoutMs: number | undefined;
}

export interface Operation {
  readonly name: string;
  readonly threadId?: string;
  /** Doing it twice is like doing it once, also where the first time was done and its answer lost. */
  readonly idempotent?: boolean;
  /** Its reason is rethrown as it is. */
  readonly signal?: AbortSignal;
}

/** Runs the work of an operation: again where that can help, in time, and told to whoever listens. */
export async function runOperation<T>(
  driver: Driver,
  { attempts, timeoutMs }: Policy,
  operation: Operation,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const { name, threadId, signal, idempotent = false } = operation;
  let tries = 0;
  let errorCode: string | undefined;
  const run = async (): Promise<T> => {
    for (;;) {
      tries += 1;
      try {
        return await work();
      } catch (cause) {
        if (signal?.aborted && cause === signal.reason) throw cause;
        const error = databaseError(name, cause, threadId, tries);
        const again = idempotent && tries < attempts && canRetry(cause, driver.recovery);
        const late = timeoutMs !== undefined && performance.now() - start > timeoutMs;
        if (!again || late) throw error;
        await pause(tries, signal);
      }
    }
  };
  try {
    return await (timeoutMs === undefined ? run() : inTime(run(), timeoutMs, name, threadId));
  } catch (error) {
    errorCode = error instanceof WaypostError ? error.code : undefined;
    throw error;
  } finally {
    if (operations.hasSubscribers) {
      const durationMs = performance.now() - start;
      const event: OperationEvent = { operation: name, threadId, durationMs, tries, errorCode };
      operations.publish(event);
    }
  }
}

async function inTime<T>(
  work: Promise<T>,
  timeoutMs: number,
  operation: string,
  threadId: string | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = threadId === undefined ? operation : `${operation} of thread "${threadId}"`;
      reject(
        new WaypostError(
          "WAYPOST_TIMEOUT",
          `${what} took longer than ${timeoutMs} ms. What was sent may still be done; doing it again does no harm.`,
        ),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Too late for its caller, so nobody else would hear of its failure.
    work.catch(() => {});
  }
}

/** A driver that tells each statement to whoever listens, and else is the one it stands for. */
export function observed(driver: Driver): Driver {
  const observe = (target: Queryable): Queryable => ({
    query: (statement) => send(target, statement),
  });
  return {
    get recovery() {
      return driver.recovery;
    },
    client: driver.client,
    lockPlace: () => driver.lockPlace(),
    query: (statement) => send(driver, statement),
    transaction: (work) => driver.transaction((tx) => work({ ...observe(tx), joined: tx.joined })),
    stream: (statement, batch) => driver.stream(statement, batch),
    close: () => driver.close(),
  };
}

async function send<Row extends object>(target: Queryable, statement: Statement): Promise<Row[]> {
  if (!statements.hasSubscribers) return target.query<Row>(statement);
  const start = performance.now();
  const { name, text } = statement;
  const publish = (rows: number, errorCode: string | undefined) => {
    const durationMs = performance.now() - start;
    const event: StatementEvent = { name, text, rows, durationMs, errorCode };
    statements.publish(event);
  };
  try {
    const rows = await target.query<Row>(statement);
    publish(rows.length, undefined);
    return rows;
  } catch (error) {
    publish(0, databaseError(name, error).code);
    throw error;
  }
}
