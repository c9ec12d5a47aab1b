import type { Driver, Statement } from "../driver/driver.js";
import type { Database } from "../driver/layer.js";
import { until } from "../driver/until.js";
import { databaseError, subject, TimeoutError, WaypostError } from "../errors/errors.js";
import { aboutOf } from "./about.js";
import { isObserved, observed, publishing, publishingRows } from "./events.js";
import type { OperationName, OperationTraits } from "./operations.js";
import { canRetry, pause } from "./retry.js";
import { type Settings, withSession } from "./session-settings.js";

export interface Policy {
  /** How often an operation is tried in all. */
  readonly attempts: number;
  /** Milliseconds after which the caller is told that it takes too long. */
  readonly timeoutMs: number | undefined;
}

export interface Operation<Name extends string = OperationName> {
  readonly name: Name;
  readonly threadId?: string | undefined;
  /** Its reason is rethrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

/** @param driver sends nothing more once the operation is given up, which the signal says too */
export type Work<T> = (driver: Driver, signal: AbortSignal | undefined) => Promise<T>;

export interface ExecutorOptions<Name extends string> {
  /** What can be done about each operation that has failed. */
  readonly operations: Readonly<Record<Name, OperationTraits>>;
  /** Where what may lag behind is read; default: the same driver. */
  readonly reader: Driver | undefined;
  readonly session: Settings | undefined;
  readonly policy: Policy;
  /** Named in errors. */
  readonly schema: string;
}

/** Runs the operations of one saver or store: again where that can help, in time, and told to whoever listens. */
export class Executor<Name extends string = OperationName> {
  readonly driver: Database;
  readonly reader: Database;
  readonly #operations: Readonly<Record<Name, OperationTraits>>;
  readonly #policy: Policy;
  readonly #schema: string;

  constructor(
    driver: Driver,
    { operations, reader, session, policy, schema }: ExecutorOptions<Name>,
  ) {
    const layered = (one: Driver) =>
      observed(session === undefined ? one : withSession(one, session));
    this.driver = layered(driver);
    this.reader = reader === undefined ? this.driver : layered(reader);
    this.#operations = operations;
    this.#policy = policy;
    this.#schema = schema;
  }

  /** @throws WaypostError in place of what the driver throws, once it is given up */
  run<T>(operation: Operation<Name>, work: Work<T>, driver = this.driver): Promise<T> {
    const traits = this.#operations[operation.name];
    return runOperation(driver, this.#schema, this.#policy, operation, traits, work);
  }

  /** One statement. */
  query<Row extends object>(
    operation: Operation<Name>,
    statement: Statement,
    driver = this.driver,
  ): Promise<Row[]> {
    return this.run(operation, (limited) => limited.query<Row>(statement), driver);
  }
}

function runOperation<T>(
  driver: Driver,
  schema: string,
  policy: Policy,
  { name, threadId, signal }: Operation<string>,
  { retried, untimed }: OperationTraits,
  work: Work<T>,
): Promise<T> {
  const start = performance.now();
  const attempts = retried ? policy.attempts : 1;
  const timeoutMs = untimed ? undefined : policy.timeoutMs;
  let tries = 0;
  const run = async (limit?: AbortSignal): Promise<T> => {
    const limited = limit === undefined ? driver : until(driver, () => limit);
    for (;;) {
      tries += 1;
      try {
        return await work(limited, limit);
      } catch (cause) {
        if (limit?.aborted) throw limit.reason;
        if (signal?.aborted && cause === signal.reason) throw cause;
        if (tries >= attempts || !canRetry(cause, driver.recovery)) {
          const about = await aboutOf(limited, schema, cause);
          throw databaseError(name, cause, threadId, tries, about);
        }
        await pause(tries, limit ?? signal);
      }
    }
  };
  const { connections } = driver;
  const late = () => tooLate(subject(name, threadId), timeoutMs, connections);
  const whole = () => (timeoutMs === undefined ? run() : inTime(run, timeoutMs, late));
  return publishing(whole, (error) => ({
    operation: name,
    threadId,
    durationMs: performance.now() - start,
    tries,
    errorCode: error instanceof WaypostError ? error.code : undefined,
  }));
}

/** Reads rows through a cursor, once, as its reader may have seen some; told to whoever listens. */
export async function* streamOperation<Row extends object>(
  driver: Database,
  { name, threadId }: Operation,
  statement: Statement,
  batch: number,
): AsyncGenerator<Row[]> {
  const start = performance.now();
  // Some drivers refuse at once.
  const batches = async function* () {
    yield* driver.stream<Row>(statement, batch);
  };
  const outcome = (error: unknown) => ({
    ...{ operation: name, threadId, durationMs: performance.now() - start, tries: 1 },
    errorCode: error === undefined ? undefined : databaseError(name, error, threadId).code,
  });
  try {
    yield* isObserved() ? publishingRows(statement, batches(), outcome) : batches();
  } catch (cause) {
    throw databaseError(name, cause, threadId);
  }
}

async function inTime<T>(
  run: (limit: AbortSignal) => Promise<T>,
  timeoutMs: number,
  lateError: () => TimeoutError,
): Promise<T> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = lateError();
      limit.abort(error);
      reject(error);
    }, timeoutMs);
  });
  const work = run(limit.signal);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Too late for its caller, so nobody else would hear of its failure.
    work.catch(() => {});
  }
}

function tooLate(
  what: string,
  timeoutMs: number | undefined,
  connections: number | undefined,
): TimeoutError {
  const waiting =
    connections === undefined
      ? ""
      : `, the wait for one of the pool's ${connections} connections included`;
  return new TimeoutError(
    `${what} took longer than ${timeoutMs} ms${waiting}. What was sent may still be done; doing it again does no harm.`,
  );
}
