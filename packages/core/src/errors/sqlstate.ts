import { CODES, type Failure, MESSAGES } from "./codes.js";

/** Classes of SQLSTATE that Postgres uses (Appendix A of its manual); keeps out codes like `EPIPE`. */
const SQLSTATE = /^(?:[0-7][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/** Of the operating system, and postgres.js' own, e.g. `CONNECTION_CLOSED`. */
const SYSTEM_CODE = /^(?:E[A-Z]+|CONNECT(?:ION)?_[A-Z]+)$/;
/** Node's codes for a certificate that it refuses, e.g. `CERT_HAS_EXPIRED`. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)|UNABLE_TO|CERT|DEPTH_ZERO|SELF_SIGNED|HOSTNAME|INVALID)_[A-Z\d_]+$/;

/** The SQLSTATE of an error or of one of its causes. Drivers and query builders wrap; message texts are translated. */
export function sqlState(error: unknown): string | undefined {
  return findCode(error, SQLSTATE);
}

/** The operating system's code, e.g. `ECONNREFUSED`, of an error or of one of its causes. */
export function connectionCode(error: unknown): string | undefined {
  return findCode(error, SYSTEM_CODE);
}

/** What has happened to a statement, by the code or message of its error; undefined for any other error. */
export function failureOf(error: unknown): Failure | undefined {
  const code = sqlState(error) ?? connectionCode(error);
  const known = code === undefined ? undefined : CODES[code]?.failure;
  return known ?? MESSAGES.find(([text]) => text.test(String((error as Error)?.message)))?.[1];
}

/** Whether the connection is lost, so that nothing can be sent on it. */
export const isLost = (error: unknown): boolean => failureOf(error) === "lost";

/** Whether the statement was not run because its transaction had failed before. */
export const isTransactionFailed = (error: unknown): boolean => sqlState(error) === "25P02";

/** A cause chain this long is a cycle. */
const MAX_CAUSES = 16;

/** Node's code of an error, or of one of its causes, that says why TLS was refused. */
export function tlsCode(error: unknown): string | undefined {
  return findCode(error, TLS_CODE);
}

function findCode(error: unknown, pattern: RegExp): string | undefined {
  let current = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === "object" && current !== null; i++) {
    const { code, cause, errors } = current as {
      code?: unknown;
      cause?: unknown;
      errors?: unknown;
    };
    if (typeof code === "string" && pattern.test(code)) return code;
    // Node reports a name with two addresses as an AggregateError of both attempts.
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return undefined;
}
