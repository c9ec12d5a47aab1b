import { type About, connectionOf } from "./about.js";
import { CODES } from "./codes.js";
import { threadName } from "./names.js";
import { causesOf, codeOf, isUnparsable, sqlState, tlsCode } from "./sqlstate.js";

/** Which class has which codes. docs/errors.md has the same table, and says when each is thrown. */
export const ERROR_CODES = {
  InvalidInputError: ["WAYPOST_INVALID_INPUT"],
  SerializationError: ["WAYPOST_SERIALIZATION"],
  DatabaseError: ["WAYPOST_DATABASE", "WAYPOST_NO_TLS"],
  TimeoutError: ["WAYPOST_TIMEOUT"],
  LockError: ["WAYPOST_THREAD_LOCKED", "WAYPOST_LOCK_LOST"],
  ConflictError: [
    "WAYPOST_NO_THREAD",
    "WAYPOST_THREAD_EXISTS",
    "WAYPOST_ENCRYPTED",
    "WAYPOST_THREAD_DELETED",
    "WAYPOST_PARENT_REMOVED",
  ],
  ConfigurationError: [
    "WAYPOST_ENCODING",
    "WAYPOST_OLD_SERVER",
    "WAYPOST_ISOLATION",
    "WAYPOST_PARTITIONS",
    "WAYPOST_NO_CITUS",
    "WAYPOST_SCHEMA_CASE",
    "WAYPOST_PYTHON_STORE",
    "WAYPOST_NO_PGVECTOR",
    "WAYPOST_DIMENSIONS",
  ],
} as const;

/** The codes of one class of errors, e.g. `CodeOf<"LockError">`. */
export type CodeOf<Class extends keyof typeof ERROR_CODES> = (typeof ERROR_CODES)[Class][number];

/** The codes of our own errors. */
export type WaypostCode = CodeOf<keyof typeof ERROR_CODES>;

/** One of ours, or of the database: a SQLSTATE, or the system's code such as `ECONNREFUSED`. */
export type ErrorCode = WaypostCode | (string & {});

/**
 * Base of all errors of Waypost. `code` is stable; the message says what to do and holds no stored values.
 * An application may hold two copies of Waypost, and then `instanceof` lies: decide on `code` there.
 */
export abstract class WaypostError extends Error {
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

/** It took too long. The server may still do what was sent. */
export class TimeoutError extends WaypostError {
  constructor(message: string, options?: ErrorOptions) {
    super("WAYPOST_TIMEOUT", message, options);
  }
}

/** Somebody else has the lock of a thread, or a lock was lost and somebody else may have it. */
export class LockError extends WaypostError {
  declare readonly code: CodeOf<"LockError">;

  constructor(code: CodeOf<"LockError">, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** What is stored does not allow the operation, which was not done. */
export class ConflictError extends WaypostError {
  declare readonly code: CodeOf<"ConflictError">;

  constructor(code: CodeOf<"ConflictError">, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** The database is not set up for the operation, which was not done. The same call fails until somebody changes that. */
export class ConfigurationError extends WaypostError {
  declare readonly code: CodeOf<"ConfigurationError">;

  constructor(code: CodeOf<"ConfigurationError">, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

const UNTRUSTED =
  "the server's certificate was refused; check the certificate authority that the client trusts (ssl: { ca }) and the host name";

const UNPARSABLE =
  "The connection string can't be parsed. Write it like postgresql://user:password@host:5432/database, with user and password as encodeURIComponent makes them: # / ? @ % and the like would mean something else.";

/** A connection string that no parser takes. What parsers throw holds it whole, so that is no cause. */
export const unparsable = (): InvalidInputError => new InvalidInputError(UNPARSABLE);

/** Which operation, as a sentence about it begins. */
export function subject(operation: string, threadId: string | undefined): string {
  return threadId === undefined ? operation : `${operation} of ${threadName(threadId)}`;
}

/**
 * Wraps what a driver threw. Server messages may quote values, so the text is ours; the original is the cause.
 *
 * @param operation the method that failed, e.g. `getTuple`
 * @param threadId the thread it was for, if it was for one
 * @param tries how often it was tried
 * @param about what its advice may name
 */
export function databaseError(
  operation: string,
  cause: unknown,
  threadId?: string,
  tries = 1,
  about: About = {},
): WaypostError {
  if (cause instanceof WaypostError) return cause;
  if (isUnparsable(cause)) return unparsable();
  const state = sqlState(cause);
  const tls = tlsCode(cause);
  const code = codeOf(cause) ?? tls ?? "WAYPOST_DATABASE";
  const label = state === undefined ? code : `SQLSTATE ${state}`;
  const often = tries === 1 ? "" : ` after ${tries} tries`;
  const what = `${subject(operation, threadId)} failed${often}`;
  const advice = code === tls ? UNTRUSTED : adviceOf(code, cause, about);
  return new DatabaseError(code, `${what}: ${advice} (${label}).`, { cause });
}

/** What a code means and what to do, as the end of a sentence. */
export function adviceOf(code: string, cause: unknown, about: About): string {
  const advice = CODES[code]?.advice ?? "see the cause";
  return typeof advice === "string"
    ? advice
    : advice({ ...connectionOf(causesOf(cause)), ...about });
}
