import { connectionCode, sqlState, tlsCode } from "./sqlstate.js";

/** Base of all errors of Waypost. `code` is stable; the message says what to do and holds no stored values. */
export class WaypostError extends Error {
  /** `WAYPOST_…` for our own errors, the SQLSTATE or the system's code for those of the database. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
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

const RUN_SETUP = "the tables are missing or out of date; call `await saver.setup()` once";
const LOST = "the connection was lost; it can be tried again";
const UNTRUSTED =
  "the server's certificate was refused; check the authority and the host name (see docs/security.md)";
const UNREACHABLE = "Postgres can't be reached; check host, port, TLS and that the server runs";

/** What to do, by SQLSTATE or system code. */
const ADVICE: Readonly<Record<string, string>> = {
  "42P01": RUN_SETUP,
  "3F000": RUN_SETUP,
  "42703": RUN_SETUP,
  "42501":
    "the role lacks a privilege on Waypost's tables or schema, or a policy of row-level security refused a row (see docs/security.md)",
  "42883":
    "the server lacks a function that Waypost needs; it must be Postgres 14 or newer (`waypost doctor` looks at it)",
  "42704":
    "the server lacks a type that Waypost needs; it must be Postgres 14 or newer (`waypost doctor` looks at it)",
  "25P02": "the transaction this saver joined has failed before; roll it back and start again",
  "25006": "the server is read-only; connect to the primary",
  "26000": "a pooler lost a prepared statement; create the saver with `prepare: false`",
  "42P05": "a pooler mixed up prepared statements; create the saver with `prepare: false`",
  "54000":
    "thread_id, namespace and channel are together too long for an index (about 2,700 bytes)",
  "22021":
    "a stored value is damaged: it is not UTF-8; outside a transaction the error names its channel",
  "53300": "the server has no connection left; use a smaller pool or a pooler",
  "57P01": LOST,
  "57P05": LOST,
  "25P03": LOST,
  "28P01": "the password was refused; check the connection settings",
  "28000": "the role was refused; check the connection settings",
  "3D000": "the database does not exist; check the connection settings",
  CONNECTION_CLOSED: LOST,
  CONNECTION_DESTROYED: LOST,
  CONNECTION_ENDED: "the client was ended; make a new one",
  CONNECT_TIMEOUT: UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: LOST,
  EPIPE: LOST,
  ENOTFOUND: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
};

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
  const advice = ADVICE[code] ?? (code === tls ? UNTRUSTED : "see the cause");
  const label = state === undefined ? code : `SQLSTATE ${state}`;
  const what = threadId === undefined ? operation : `${operation} of thread "${threadId}"`;
  const often = tries === 1 ? "" : ` after ${tries} tries`;
  return new DatabaseError(code, `${what} failed${often}: ${advice} (${label}).`, { cause });
}
