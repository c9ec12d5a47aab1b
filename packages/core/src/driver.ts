import { InvalidInputError } from "./errors.js";
import type { Recovery } from "./retry.js";

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

/** All that a driver has to know. It knows nothing of checkpoints. */
export interface Driver extends Queryable {
  /** What can be tried again after an error, at this moment. */
  readonly recovery: Recovery;
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
 * @throws the error of the work, even where the ROLLBACK after it fails too; `onBroken` is then called
 *   with that error, as the session can't be used again
 */
export async function runTransaction<T>(
  command: (text: "BEGIN" | "COMMIT" | "ROLLBACK") => Promise<unknown>,
  work: () => Promise<T>,
  onBroken: (error: Error) => void = () => {},
): Promise<T> {
  await command("BEGIN");
  try {
    const result = await work();
    await command("COMMIT");
    return result;
  } catch (error) {
    await command("ROLLBACK").catch(onBroken);
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
