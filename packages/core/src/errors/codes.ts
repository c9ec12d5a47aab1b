import { type About, placeOf } from "./about.js";

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
  /** What is wrong and what to do, as the end of a sentence. */
  readonly advice?: string | ((about: About) => string);
}

const OLD_SERVER = "it must be Postgres 14 or newer (`waypost doctor` looks at it)";

const runSetup = (about: About): string =>
  `the tables are missing in ${placeOf(about)}, or out of date; call \`setup()\` once, or pass the option "schema" where the tables lie`;

const unreachableAt = ({ address, isDefaultAddress }: About): string => {
  const at = address === undefined ? "" : ` at ${address}`;
  const hint = isDefaultAddress ? ". This is the driver's default: is DATABASE_URL set?" : "";
  return `Postgres can't be reached${at}; check host and port, and that the server runs${hint}`;
};

const lost: CodeInfo = {
  failure: "lost",
  advice: "the connection was lost or closed; call again, with a client that is open",
};
const unreachable: CodeInfo = { failure: "unready", advice: unreachableAt };

const PASSWORD =
  "the password was refused, or none was passed; check it. In a connection string, write it as encodeURIComponent makes it. Is DATABASE_URL set?";

/**
 * SQLSTATEs (Appendix A of Postgres' manual), codes of the operating system, of postgres.js and our own.
 * The CLI has advice of its own for those that its users meet.
 */
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
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EAI_AGAIN: unreachable, // the name server did not answer
  CONNECT_TIMEOUT: {
    failure: "unready",
    advice: ({ connections, ...about }) =>
      connections === undefined
        ? `no connection became free or could be made in time; use a larger pool, or see whether ${unreachableAt(about)}`
        : `none of the pool's ${connections} connections became free or could be made in time; use a larger pool, release clients that you checked out, or see whether ${unreachableAt(about)}`,
  },
  // Its message is Node's, of a connection that ends where TLS should begin, as one that is lost does.
  WAYPOST_NO_TLS: {
    failure: "unready",
    advice:
      "the connection settings ask for TLS, and the server does not speak it; turn TLS on there, or take `sslmode` or `ssl` out of the settings",
  },

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
  "42P01": { advice: runSetup },
  "3F000": { advice: runSetup },
  "42703": { advice: runSetup },
  "42501": {
    advice: ({ role, ...about }) =>
      `${role === undefined ? "the role" : `role "${role}"`} lacks a privilege on ${placeOf(about)} or its tables, or a policy of row-level security refused a row; \`waypost doctor\`, run as that role, names missing privileges`,
  },
  "42883": { advice: `the server lacks a function that Waypost needs; ${OLD_SERVER}` },
  "42704": {
    advice: ({ refusedToConnect }) =>
      refusedToConnect
        ? "the server does not know a parameter of the connection string, such as `pgbouncer`, `schema` or `channel_binding`, which are meant for other clients; remove it (the cause names it)"
        : `the server lacks a type that Waypost needs, or a policy reads a setting that the option "session" does not set; ${OLD_SERVER}`,
  },
  "25P01": {
    advice:
      "the transaction that was joined has ended; create another saver or store in the next one",
  },
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
  "08P01": {
    advice:
      "a pooler or the server refused the connection, and the cause says why: its role, database or password, a wait for a connection of PgBouncer's (query_wait_timeout), or a parameter such as `options` or `statement_timeout`, which PgBouncer takes only if `ignore_startup_parameters` names it",
  },
  "28P01": { advice: PASSWORD },
  "28000": {
    advice:
      "the server admits no such connection; check role and database, and whether it demands TLS (`sslmode=require`). Is DATABASE_URL set?",
  },
  "3D000": { advice: "the database does not exist; check the connection settings" },
  CONNECTION_ENDED: {
    advice: "the saver or its client was ended before; make new ones",
  },
  ENOTFOUND: { advice: unreachableAt },
  ENOENT: {
    advice: ({ address }) =>
      address === undefined
        ? "a file that the connection settings name does not exist"
        : unreachableAt({ address }),
  },
};

/**
 * What drivers throw without a code, or with one that means another thing as well; by the beginning of the
 * message, which is their own and in English.
 */
export const MESSAGES: readonly (readonly [RegExp, keyof typeof CODES & string])[] = [
  // None became free or was made in time.
  [
    /^(?:timeout exceeded when trying to connect|Connection terminated due to connection timeout)/,
    "CONNECT_TIMEOUT",
  ],
  // Of a connection that is lost, also as the pool hands it over.
  [
    /^(?:Connection terminated|Client (?:has encountered a connection error|was closed) and is not queryable)/,
    "CONNECTION_CLOSED",
  ],
  [
    /^(?:Cannot use a pool after calling end|driver has already been destroyed)/,
    "CONNECTION_ENDED",
  ],
  [/^Transaction is already (?:committed|rolled back)/, "25P01"],
  [/client password must be a (?:non-empty )?string$/, "28P01"],
  [
    /^(?:The server does not support SSL connections|Client network socket disconnected before secure TLS connection was established)/,
    "WAYPOST_NO_TLS",
  ],
];
