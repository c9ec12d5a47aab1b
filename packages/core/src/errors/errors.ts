import { CODES } from "./codes.js";
import { connectionCode, sqlState, tlsCode } from "./sqlstate.js";

/** The codes of our own errors; docs/errors.md says when each is thrown. */
export type WaypostCode =
  | "WAYPOST_DATABASE"
  | "WAYPOST_ENCODING"
  | "WAYPOST_ENCRYPTED"
  | "WAYPOST_INVALID_INPUT"
  | "WAYPOST_ISOLATION"
  | "WAYPOST_LOCK_LOST"
  | "WAYPOST_NO_CITUS"
  | "WAYPOST_NO_THREAD"
  | "WAYPOST_OLD_SERVER"
  | "WAYPOST_PARENT_REMOVED"
  | "WAYPOST_PARTITIONS"
  | "WAYPOST_SCHEMA_CASE"
  | "WAYPOST_SERIALIZATION"
  | "WAYPOST_THREAD_DELETED"
  | "WAYPOST_THREAD_EXISTS"
  | "WAYPOST_THREAD_LOCKED"
  | "WAYPOST_TIMEOUT";

/** One of ours, or of the database: a SQLSTATE, or the system's code such as `ECONNREFUSED`. */
export type ErrorCode = WaypostCode | (string & {});

/** Base of all errors of Waypost. `code` is stable; the message says what to do and holds no stored values. */
export class WaypostError extends Error {
  /** `WAYPOST_…` for our own errors, the SQLSTATE or the system's code for those of the database. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The caller passed something that can't be used. Nothing was sent to the database. */
export class InvalidInputError extends WaypostError {
  constructor(message: string, options?: ErrorOptions) {
    super("WAYPOST_INVALID_INPUT", message, options);
  }
}

/** A stored value can't be read back, or a value can't be stored. */
export class SerializationError extends WaypostError {
  constructor(message: string, options?: ErrorOptions) {
    super("WAYPOST_SERIALIZATION", message, options);
  }
}

/** The database refused an operation or could not be reached. `code` is the SQLSTATE, or e.g. `ECONNREFUSED`. */
export class DatabaseError extends WaypostError {}

const UNTRUSTED =
  "the server's certificate was refused; check the certificate authority that the client trusts (ssl: { ca }) and the host name";

/**
 * Wraps what a driver threw. Server messages may quote values, so the text is ours; the original is the cause.
 *
 * @param operation the method that failed, e.g. `getTuple`
 * @param threadId the thread it was for, if it was for one
 * @param tries how often it was tried
 */
export function databaseError(
  operation: string,
  cause: unknown,
  threadId?: string,
  tries = 1,
): WaypostError {
  if (cause instanceof WaypostError) return cause;
  const state = sqlState(cause);
  const tls = tlsCode(cause);
  const code = state ?? connectionCode(cause) ?? tls ?? "WAYPOST_DATABASE";
  const advice = CODES[code]?.advice ?? (code === tls ? UNTRUSTED : "see the cause");
  const label = state === undefined ? code : `SQLSTATE ${state}`;
  const what = threadId === undefined ? operation : `${operation} of thread "${threadId}"`;
  const often = tries === 1 ? "" : ` after ${tries} tries`;
  return new DatabaseError(code, `${what} failed${often}: ${advice} (${label}).`, { cause });
}
