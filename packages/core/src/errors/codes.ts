/** What has happened to a statement that failed, and so what can be done about it. */
export type Failure =
  /** The server rolled it back, and the same may succeed. */
  | "refused"
  /** The connection is lost; whether it was done, nobody knows. */
  | "lost"
  /** There is no connection yet, or it leads to a server that can't do it now. */
  | "unready"
  /** It was not run, as its prepared form is unknown or already there. */
  | "unprepared";

export interface CodeInfo {
  readonly failure?: Failure;
  /** What to do, as the end of a sentence. */
  readonly advice?: string;
}

const RUN_SETUP = "the tables are missing or out of date; call `setup()` once";
const OLD_SERVER = "it must be Postgres 14 or newer (`waypost doctor` looks at it)";
const LOST = "the connection was lost; it can be tried again";
const UNREACHABLE = "Postgres can't be reached; check host, port, TLS and that the server runs";

const lost: CodeInfo = { failure: "lost", advice: LOST };
const unreachable: CodeInfo = { failure: "unready", advice: UNREACHABLE };

/** SQLSTATEs (Appendix A of Postgres' manual), and codes of the operating system and of postgres.js. */
export const CODES: Readonly<Record<string, CodeInfo | undefined>> = {
  // The server rolled the statement back.
  "40001": { failure: "refused" }, // serialization failure
  "40P01": { failure: "refused" }, // deadlock
  "55P03": { failure: "refused" }, // lock not available

  // The connection is lost.
  "57P01": lost, // terminated by an administrator
  "57P02": { failure: "lost" }, // another process crashed
  "57P05": lost, // idle for longer than the server allows
  "25P03": lost, // the same, in a transaction
  "25P04": { failure: "lost" }, // in a transaction for longer than the server allows
  "08000": { failure: "lost" },
  "08003": { failure: "lost" },
  "08006": { failure: "lost" },
  ECONNRESET: lost,
  EPIPE: lost,
  CONNECTION_CLOSED: lost,
  CONNECTION_DESTROYED: lost,

  // There is no connection yet.
  "57P03": { failure: "unready" }, // starting up or shutting down
  "53300": {
    failure: "unready",
    advice: "the server has no connection left; use a smaller pool or a pooler",
  },
  "08001": { failure: "unready" },
  "08004": { failure: "unready" },
  // A standby, before it is promoted.
  "25006": { failure: "unready", advice: "the server is read-only; connect to the primary" },
  ECONNREFUSED: unreachable,
  ETIMEDOUT: unreachable,
  CONNECT_TIMEOUT: unreachable,

  // The prepared form of the statement is unknown or already there.
  "26000": {
    failure: "unprepared",
    advice: "a pooler lost a prepared statement; pass the option `prepare: false`",
  },
  "42P05": {
    failure: "unprepared",
    advice: "a pooler mixed up prepared statements; pass the option `prepare: false`",
  },

  // What the caller has to change.
  "42P01": { advice: RUN_SETUP },
  "3F000": { advice: RUN_SETUP },
  "42703": { advice: RUN_SETUP },
  "42501": {
    advice:
      "the role lacks a privilege on Waypost's tables or schema, or a policy of row-level security refused a row; `waypost doctor`, run as that role, names missing privileges",
  },
  "42883": { advice: `the server lacks a function that Waypost needs; ${OLD_SERVER}` },
  "42704": { advice: `the server lacks a type that Waypost needs; ${OLD_SERVER}` },
  "25P02": {
    advice: "the transaction that was joined has failed before; roll it back and start again",
  },
  "54000": {
    advice:
      "thread_id, namespace and channel, or namespace and key of an item, are together too long for an index (about 2,700 bytes)",
  },
  "22021": {
    advice:
      "a stored value is damaged: it is not UTF-8; outside a transaction the error names its channel",
  },
  "28P01": { advice: "the password was refused; check the connection settings" },
  "28000": { advice: "the role was refused; check the connection settings" },
  "3D000": { advice: "the database does not exist; check the connection settings" },
  CONNECTION_ENDED: { advice: "the client was ended; make a new one" },
  ENOTFOUND: { advice: UNREACHABLE },
};

/** What pg throws without a code: of a connection, and of its pool. */
export const MESSAGES: readonly (readonly [RegExp, Failure])[] = [
  // Of one that is lost, also as the pool hands it over.
  [
    /^(?:Connection terminated|Client (?:has encountered a connection error|was closed) and is not queryable)/,
    "lost",
  ],
  // None became free or was made in time.
  [/^timeout exceeded when trying to connect/, "unready"],
];
