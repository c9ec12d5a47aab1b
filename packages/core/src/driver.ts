import { InvalidInputError } from "./errors.js";
import { isLost, type Recovery } from "./retry.js";

/** What a statement may bind. Every driver sends these alike; JSON travels as text and is cast in SQL. */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly string[];

/** One SQL statement with `$n` placeholders. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
  /** Unique to the text: the name under which a driver may prepare it; `""` for a text not worth preparing. */
  readonly name: string;
}

export interface Queryable {
  /** Runs one statement and returns all its rows: text as string, `int` as number, booleans, bytea as Uint8Array. */
  query<Row extends object>(statement: Statement): Promise<Row[]>;
}

/** Where a lock can be kept while the saver's own statements go on. */
export type LockPlace =
  /** On a connection of its own, in a transaction of the driver. */
  | { readonly on: "pool" }
  /** On the one session that there is; `pid` is the server's process id for it, where the driver knows. */
  | { readonly on: "session"; readonly pid: number | undefined }
  /** In the caller's transaction, until that ends. */
  | { readonly on: "transaction" };

/** All that a driver has to know. It knows nothing of checkpoints. */
export interface Driver extends Queryable {
  /** What can be tried again after an error, at this moment. */
  readonly recovery: Recovery;
  /** What the caller passed in; drivers over the same client are the same to the server. */
  readonly client: object;
  /** @throws InvalidInputError where the only connection is needed for the saver's statements */
  lockPlace(): Promise<LockPlace>;
  /**
   * BEGIN, the work, COMMIT, on one session. If the work throws: ROLLBACK, and its error is rethrown.
   * Where the caller has a transaction open on that session, the work joins it instead.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Rows through a cursor of the driver's own, in batches. The connection goes back when the loop
   * ends, is left or throws.
   *
   * @throws InvalidInputError where this connection can't be kept apart for a cursor
   */
  stream<Row extends object>(statement: Statement, batch: number): AsyncIterable<Row[]>;
  /** Ends only what the driver itself opened. */
  close(): Promise<void>;
}

/**
 * Drives a transaction over a session that takes the three commands one at a time.
 *
 * @param command sends one command on the session
 * @param work what happens between BEGIN and COMMIT
 * @throws the error of the work, even where the ROLLBACK after it can't be sent or fails too; `onBroken`
 *   is then called with the reason, as the session can't be used again
 */
export async function runTransaction<T>(
  command: (text: "BEGIN" | "COMMIT" | "ROLLBACK") => Promise<unknown>,
  work: () => Promise<T>,
  onBroken: (error: unknown) => void = () => {},
): Promise<T> {
  await command("BEGIN");
  try {
    const result = await work();
    await command("COMMIT");
    return result;
  } catch (error) {
    // To send on a lost connection, postgres.js throws where nobody can catch it (3.4.9).
    if (isLost(error)) onBroken(error);
    else await command("ROLLBACK").catch(onBroken);
    throw error;
  }
}

/**
 * For connections on which a cursor would stand in the way of the loop that reads it: a `put` in the
 * body would wait for the cursor's end, and the cursor for the body.
 */
export function refuseCursor(connection: string): never {
  throw new InvalidInputError(
    `fetch: "cursor" needs a connection of its own, which ${connection} can't give; use the default, "pages".`,
  );
}

/** A lock would hold the only connection, for which the runs that have locks would wait for ever. */
export function refuseLock(pool: string): never {
  throw new InvalidInputError(
    `threadLock needs a connection of its own, which ${pool} can't give; use a larger one.`,
  );
}
