import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import type {
  Driver,
  SqlValue,
  Statement,
  Transaction,
  WaitingQueryable,
} from "../driver/driver.js";
import { type Database, DriverLayer } from "../driver/layer.js";
import { databaseError } from "../errors/errors.js";

/** What an operation has sent and received, in all of its tries. */
export interface Traffic {
  /** Statements, without a driver's own BEGIN, COMMIT and ROLLBACK. */
  readonly statements: number;
  /** Rows that the server returned. */
  readonly rows: number;
  /** Bytes of text, in UTF-8, and of binary values in those rows. */
  readonly bytes: number;
  /** Bytes of text and of binary values that the statements bound, each time they were sent. */
  readonly bytesSent: number;
}

/** Published on the channel `waypost.operation` when an operation of a saver has ended. */
export interface OperationEvent extends Traffic {
  /** The method, such as `put`. */
  readonly operation: string;
  /** The thread, if the operation was for one. */
  readonly threadId: string | undefined;
  /** From the call to its end, in milliseconds. */
  readonly durationMs: number;
  /** Number of tries; 1 without a retry. */
  readonly tries: number;
  /** `code` of the error that was thrown; undefined on success. */
  readonly errorCode: string | undefined;
}

/** Published on the channel `waypost.statement` when the server has answered a statement. */
export interface StatementEvent {
  /** The name under which the statement may be prepared; `""` for a statement that never is. */
  readonly name: string;
  /** The SQL, with placeholders for all values. */
  readonly text: string;
  /** Rows that the server returned. */
  readonly rows: number;
  /** From sending to the answer, in milliseconds. */
  readonly durationMs: number;
  /** SQLSTATE or other `code` of the error; undefined on success. */
  readonly errorCode: string | undefined;
}

const operations = channel("waypost.operation");
const statements = channel("waypost.statement");

type Tally = { -readonly [Key in keyof Traffic]: number };

/** What is counted by whom: the operations of a saver may run at once, over one driver. */
const tallies = new AsyncLocalStorage<Tally>();

/**
 * Runs the work of an operation, and publishes how it ended.
 *
 * @param outcome what to publish beside the traffic; called once, when the work has ended
 */
export async function publishing<T>(
  work: () => Promise<T>,
  outcome: (error: unknown) => Omit<OperationEvent, keyof Traffic>,
): Promise<T> {
  if (!operations.hasSubscribers) return work();
  const tally: Tally = { statements: 0, rows: 0, bytes: 0, bytesSent: 0 };
  const publish = (error?: unknown) => operations.publish({ ...outcome(error), ...tally });
  try {
    const result = await tallies.run(tally, work);
    publish();
    return result;
  } catch (error) {
    publish(error);
    throw error;
  }
}

/**
 * The batches of rows that an operation reads through a cursor; publishes how it ended, also where the
 * reader stops before.
 *
 * @param outcome as of `publishing`
 */
export async function* publishingRows<Row extends object>(
  statement: Statement,
  batches: AsyncIterable<Row[]>,
  outcome: (error: unknown) => Omit<OperationEvent, keyof Traffic>,
): AsyncGenerator<Row[]> {
  const tally: Tally = { statements: 0, rows: 0, bytes: 0, bytesSent: 0 };
  countSent(tally, statement);
  let failure: unknown;
  try {
    for await (const rows of batches) {
      countReceived(tally, rows);
      yield rows;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    operations.publish({ ...outcome(failure), ...tally });
  }
}

/** Whether anybody listens to operations. */
export const isObserved = (): boolean => operations.hasSubscribers;

/** A driver that tells each statement to whoever listens, and else is the one it stands for. */
export const observed = (driver: Driver): Database => new ObservedDriver(driver);

class ObservedDriver extends DriverLayer {
  override query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    return send(this.driver, statement, signal);
  }

  override transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return super.transaction((tx) =>
      work({ joined: tx.joined, query: (statement) => send(tx, statement, undefined) }),
    );
  }
}

async function send<Row extends object>(
  target: WaitingQueryable,
  statement: Statement,
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  const tally = operations.hasSubscribers ? tallies.getStore() : undefined;
  if (tally === undefined && !statements.hasSubscribers)
    return target.query<Row>(statement, signal);
  const start = performance.now();
  const { name, text } = statement;
  const publish = (rows: number, errorCode: string | undefined) => {
    const durationMs = performance.now() - start;
    const event: StatementEvent = { name, text, rows, durationMs, errorCode };
    statements.publish(event);
  };
  if (tally !== undefined) countSent(tally, statement);
  try {
    const rows = await target.query<Row>(statement, signal);
    if (tally !== undefined) countReceived(tally, rows);
    publish(rows.length, undefined);
    return rows;
  } catch (error) {
    publish(0, databaseError(name, error).code);
    throw error;
  }
}

function countSent(tally: Tally, { values }: Statement): void {
  tally.statements += 1;
  for (const value of values) tally.bytesSent += sizeOf(value);
}

function countReceived(tally: Tally, rows: readonly object[]): void {
  tally.rows += rows.length;
  for (const row of rows) {
    for (const value of Object.values(row)) tally.bytes += sizeOf(value);
  }
}

function sizeOf(value: SqlValue | boolean): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.byteLength;
  return Array.isArray(value) ? value.reduce((sum, item) => sum + Buffer.byteLength(item), 0) : 0;
}
