/** What a driver's connection can do after an error. */
export type Recovery =
  /** A pool: the next try takes another connection. */
  | "reconnects"
  /** One connection: what the server refused can be sent again, but a lost connection is lost. */
  | "resends"
  /** A transaction of the caller, of which nothing can be repeated alone. */
  | "none";

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

/**
 * All that a driver has to know. It knows nothing of checkpoints. `DriverLayer` has the defaults of what may
 * be left out.
 */
export interface Driver extends WaitingQueryable {
  /** What can be tried again after an error, at this moment. */
  readonly recovery: Recovery;
  /** How the statements that it is given bind bytes. */
  readonly bytes: BytesForm;
  /** Size of its pool, which errors name. Default: there is none, or it is not known. */
  readonly connections?: number | undefined;
  /** What the caller passed in; drivers over the same client are the same to the server. */
  readonly client: object;
  /**
   * BEGIN, the work, COMMIT, on one session. If the work throws: ROLLBACK, and its error is rethrown.
   * Where the caller has a transaction open on that session, the work joins it instead.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * BEGIN, two statements, COMMIT, in as few round trips as the connection can; rows of the second.
   * Default: the same through `transaction`, one round trip after the other.
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
   * ends, is left or throws. Default: refused.
   *
   * @param before what comes first, in one transaction with the cursor
   * @throws InvalidInputError where this connection can't be kept apart for a cursor
   */
  stream?<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncIterable<Row[]>;
  /**
   * Default: on a connection of its own where `recovery` is `"reconnects"`, else refused.
   *
   * @throws InvalidInputError where the only connection is needed for the saver's statements
   */
  lockScope?(): Promise<LockScope>;
  /** Ends only what the driver itself opened. Default: nothing. */
  close?(): Promise<void>;
}
