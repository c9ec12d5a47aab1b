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

/**
 * `sql.begin`, but where the connection is lost it sends no ROLLBACK on it.
 *
 * And it commits by itself. postgres.js prepares its own COMMIT, too (3.4.9): where that was lost, the
 * server ends the transaction with the error and takes the COMMIT that is sent again for ROLLBACK, of which
 * nobody hears. This way postgres.js ends the empty transaction that comes next.
 */
export async function begin<T>(
  sql: PostgresJsSql,
  work: (transaction: PostgresJsSession) => Promise<T>,
): Promise<T> {
  let lost: unknown;
  let committed: Promise<void> | undefined;
  const transaction = sql.begin(async (tx) => {
    try {
      const result = await work(tx);
      // Not awaited here, so that both are sent at once.
      committed = Promise.resolve(
        tx
          .unsafe("COMMIT AND CHAIN")
          .raw()
          .then(() => {}),
      );
      committed.catch(() => {}); // the connection may be lost, which the whole is rejected with
      return result;
    } catch (error) {
      if (!isLost(error)) throw error;
      lost = error;
      // postgres.js rejects the whole by itself when the connection closes.
      return new Promise<never>(() => {});
    }
  });
  return transaction.then(
    async (result) => {
      await committed;
      return result as T;
    },
    (error) => {
      throw lost ?? error;
    },
  );
}
