import { InvalidInputError } from "../errors/errors.js";
import { isLost } from "../errors/sqlstate.js";

/** What a driver's connection can do after an error. */
export type Recovery =
  /** A pool: the next try takes another connection. */
  | "reconnects"
  /** One connection: what the server refused can be sent again, but a lost connection is lost. */
  | "resends"
  /** A transaction of the caller, of which nothing can be repeated alone. */
  | "none";

import { sqlState } from "../errors/sqlstate.js";

/**
 * What a statement may bind. Every driver sends these alike; JSON travels as text and is cast in SQL. Without
 * booleans: postgres.js 3.4.9 may encode a parameter a second time, which makes "f" of each.
 */
export type SqlValue = string | number | null | Uint8Array | readonly string[];

/**
 * How bytes get to the server. `"binary"`: as they are. `"base64"`: as text, which the server decodes, for
 * drivers that may encode a parameter twice or cut it at a zero; text is the same after that.
 */
export type BytesForm = "binary" | "base64";

/** One SQL statement with `$n` placeholders. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
  /** Unique to the text: the name under which a driver may prepare it; `""` for a text not worth preparing. */
  readonly name: string;
}

/** Runs statements: a driver, or an open transaction. */
export interface Queryable {
  /** Runs one statement and returns all its rows: text as string, `int` as number, booleans, bytea as Uint8Array. */
  query<Row extends object>(statement: Statement): Promise<Row[]>;
}

/** Where a statement may wait before it is sent: for a connection, or for its turn on one. */
export interface WaitingQueryable extends Queryable {
  /**
   * As `Queryable` has it.
   *
   * @param signal aborted where the statement was given up: if it has not been sent, it never is
   */
  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]>;
}

/** Where a lock can be kept while the saver's own statements go on. */
export type LockScope =
  /** On a connection of its own, in a transaction of the driver. */
  | { readonly on: "pool" }
  /** On the one session that there is; `pid` is the server's process id for it, where the driver knows. */
  | { readonly on: "session"; readonly pid: number | undefined }
  /** In the caller's transaction, until that ends. */
  | { readonly on: "transaction" };

/** A transaction that is open. */
export interface Transaction extends Queryable {
  /** It is the caller's, and goes on when the work in it is done. */
  readonly joined: boolean;
}

/** All that a driver has to know. It knows nothing of checkpoints. */
export interface Driver extends WaitingQueryable {
  /** What can be tried again after an error, at this moment. */
  readonly recovery: Recovery;
  /** How the statements that it is given bind bytes. */
  readonly bytes: BytesForm;
  /** What the caller passed in; drivers over the same client are the same to the server. */
  readonly client: object;
  /** @throws InvalidInputError where the only connection is needed for the saver's statements */
  lockScope(): Promise<LockScope>;
  /**
   * BEGIN, the work, COMMIT, on one session. If the work throws: ROLLBACK, and its error is rethrown.
   * Where the caller has a transaction open on that session, the work joins it instead.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * BEGIN, two statements, COMMIT, in as few round trips as the connection can; rows of the second.
   * Drivers without it do the same through `transaction`, one round trip after the other.
   *
   * @param signal as of `query`
   * @returns undefined, and nothing is sent, where the caller has a transaction open
   */
  queryAfter?<Row extends object>(
    before: Statement,
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[] | undefined>;
  /**
   * Rows through a cursor of the driver's own, in batches. The connection goes back when the loop
   * ends, is left or throws.
   *
   * @param before what comes first, in one transaction with the cursor
   * @throws InvalidInputError where this connection can't be kept apart for a cursor
   */
  stream<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncIterable<Row[]>;
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

const NO_ACTIVE_TRANSACTION = "25P01";

/**
 * Whether the caller has a transaction open on a session that does not say. Outside of one this changes
 * nothing.
 *
 * @param command sends one command on the session, with nothing else in between
 */
export async function joinsTransaction(
  command: (text: string) => Promise<unknown>,
): Promise<boolean> {
  try {
    await command("SAVEPOINT waypost");
  } catch (error) {
    if (sqlState(error) === NO_ACTIVE_TRANSACTION) return false;
    throw error;
  }
  await command("RELEASE SAVEPOINT waypost");
  return true;
}

/**
 * A transaction of two statements, sent without waiting for answers. Where one of them fails, the server
 * takes COMMIT for ROLLBACK.
 *
 * @param send puts a statement behind those that were sent before, on one connection
 * @returns the rows of the second
 * @throws the first error
 */
export async function pipelineTransaction<Row extends object>(
  send: (statement: Statement) => Promise<Row[]>,
  before: Statement,
  statement: Statement,
): Promise<Row[]> {
  const command = (text: string): Statement => ({ text, values: [], name: "" });
  const statements = [command("BEGIN"), before, statement, command("COMMIT")];
  const answers = await Promise.allSettled(statements.map(send));
  const rows = answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
  return rows[2] as Row[];
}

/**
 * Keeps a transaction open for a generator, which can't run within a callback.
 *
 * @param begin runs the work in a transaction, which lasts as long as that
 */
export function holdTransaction<Tx>(
  begin: (work: (tx: Tx) => Promise<void>) => Promise<unknown>,
): Promise<{
  readonly tx: Tx;
  /** Ends the transaction, once its work is done. */
  end(): Promise<void>;
}> {
  return new Promise((resolve, reject) => {
    let failed = false;
    const ended = begin((tx) => {
      return new Promise<void>((finish) => {
        const end = async () => {
          // Its connection may be lost, and must not be sent a COMMIT then.
          if (!failed) finish();
          // It was read from only, and what failed in it was thrown by the read.
          await ended.catch(() => {});
        };
        resolve({ tx, end });
      });
    });
    ended.catch((error) => {
      failed = true;
      reject(error);
    });
  });
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
