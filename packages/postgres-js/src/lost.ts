import type { PostgresJsSession, PostgresJsSql } from "./client.js";

/**
 * Whether the connection is closed by now, or just about to be. Whatever is sent on it after that makes
 * postgres.js 3.4.9 throw where nobody can catch it, which ends the process.
 */
export function isLost(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (severity !== undefined) return severity === "FATAL" || severity === "PANIC";
  return typeof code === "string" && /^(?:CONNECTION_CLOSED|E[A-Z]+)$/.test(code);
}

/** `sql.begin`, but where the connection is lost it sends no ROLLBACK on it. */
export async function begin<T>(
  sql: PostgresJsSql,
  work: (transaction: PostgresJsSession) => Promise<T>,
): Promise<T> {
  let lost: unknown;
  const transaction = sql.begin(async (tx) => {
    try {
      return await work(tx);
    } catch (error) {
      if (!isLost(error)) throw error;
      lost = error;
      // postgres.js rejects the whole by itself when the connection closes.
      return new Promise<never>(() => {});
    }
  });
  return transaction.then(
    (result) => result as T,
    (error) => {
      throw lost ?? error;
    },
  );
}
