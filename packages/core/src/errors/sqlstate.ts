import { CODES, type Failure, MESSAGES } from "./codes.js";

/** Classes of SQLSTATE that Postgres uses (Appendix A of its manual); keeps out codes like `EPIPE`. */
const SQLSTATE = /^(?:[0-7][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/** Of the operating system, and postgres.js' own, e.g. `CONNECTION_CLOSED`. */
const SYSTEM_CODE = /^(?:E(?!RR_)[A-Z]+(?:_[A-Z]+)*|CONNECT(?:ION)?_[A-Z]+)$/;
/** Node's codes for a certificate that it refuses, e.g. `CERT_HAS_EXPIRED`. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)|UNABLE_TO|CERT|DEPTH_ZERO|SELF_SIGNED|HOSTNAME|INVALID)_[A-Z\d_]+$/;

/** The SQLSTATE of an error or of one of its causes. Drivers and query builders wrap; message texts are translated. */
export function sqlState(error: unknown): string | undefined {
  return findCode(error, SQLSTATE);
}

/**
 * The SQLSTATE of an error, the code that stands for the driver's message, or the operating system's code,
 * e.g. `ECONNREFUSED`; its own or of one of its causes.
 */
export function codeOf(error: unknown): string | undefined {
  return sqlState(error) ?? codeOfMessage(error) ?? findCode(error, SYSTEM_CODE);
}

/** What has happened to a statement, by the code or message of its error; undefined for any other error. */
export function failureOf(error: unknown): Failure | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : CODES[code]?.failure;
}

/** Whether the connection is lost, so that nothing can be sent on it. */
export const isLost = (error: unknown): boolean => failureOf(error) === "lost";

/** Whether the statement was not run because its transaction had failed before. */
export const isTransactionFailed = (error: unknown): boolean => sqlState(error) === "25P02";

/** Node's code of an error, or of one of its causes, that says why TLS was refused. */
export function tlsCode(error: unknown): string | undefined {
  return findCode(error, TLS_CODE);
}

/** Whether a connection string could not be parsed. The error has the whole of it, with the password. */
export const isUnparsable = (error: unknown): boolean =>
  findCode(error, /^ERR_INVALID_URL$/) !== undefined;

/** A cause chain this long is a cycle. */
const MAX_CAUSES = 16;

/** An error and its causes. */
export function causesOf(error: unknown): object[] {
  const found: object[] = [];
  for (
    let current = error;
    typeof current === "object" && current !== null && found.length < MAX_CAUSES;
  ) {
    found.push(current);
    const { cause, errors } = current as { cause?: unknown; errors?: unknown };
    // Node reports a name with two addresses as an AggregateError of both attempts.
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return found;
}

function findCode(error: unknown, pattern: RegExp): string | undefined {
  for (const { code } of causesOf(error) as { code?: unknown }[]) {
    if (typeof code === "string" && pattern.test(code)) return code;
  }
  return undefined;
}

function codeOfMessage(error: unknown): string | undefined {
  for (const { message } of causesOf(error) as { message?: unknown }[]) {
    const found = MESSAGES.find(([text]) => typeof message === "string" && text.test(message));
    if (found !== undefined) return found[1];
  }
  return undefined;
}
