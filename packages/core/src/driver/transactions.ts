import { isLost, sqlState } from "../errors/sqlstate.js";
import type { Statement } from "./driver.js";

/**
 * Drives a transaction over a session that takes the three commands one at a time.
 *
 * @param command sends one command on the session
 * @param work what happens between BEGIN and COMMIT
 * @throws the error of the work, even where the ROLLBACK after it can't be sent or fails too; `onBroken`
 *   is then called with the reason, as the session can't be used again
 */
export async function runTransaction<T>(
  command: (text: "BEGIN" | "COMMIT" | "ROLLBACK") => Promise<unknown>,
  work: () => Promise<T>,
  onBroken: (error: unknown) => void = () => {},
): Promise<T> {
  await command("BEGIN");
  try {
    const result = await work();
    await command("COMMIT");
    return result;
  } catch (error) {
    // To send on a lost connection, postgres.js throws where nobody can catch it (3.4.9).
    if (isLost(error)) onBroken(error);
    else await command("ROLLBACK").catch(onBroken);
    throw error;
  }
}

const NO_ACTIVE_TRANSACTION = "25P01";

/**
 * Whether the caller has a transaction open on a session that does not say. Outside of one this changes
 * nothing.
 *
 * @param command sends one command on the session, with nothing else in between
 */
export async function joinsTransaction(
  command: (text: string) => Promise<unknown>,
): Promise<boolean> {
  try {
    await command("SAVEPOINT waypost");
  } catch (error) {
    if (sqlState(error) === NO_ACTIVE_TRANSACTION) return false;
    throw error;
  }
  await command("RELEASE SAVEPOINT waypost");
  return true;
}

/**
 * A transaction of two statements, sent without waiting for answers. Where one of them fails, the server
 * takes COMMIT for ROLLBACK.
 *
 * @param send puts a statement behind those that were sent before, on one connection
 * @returns the rows of the second
 * @throws the first error
 */
export async function pipelineTransaction<Row extends object>(
  send: (statement: Statement) => Promise<Row[]>,
  before: Statement,
  statement: Statement,
): Promise<Row[]> {
  const command = (text: string): Statement => ({ text, values: [], name: "" });
  const statements = [command("BEGIN"), before, statement, command("COMMIT")];
  const answers = await Promise.allSettled(statements.map(send));
  const rows = answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
  return rows[2] as Row[];
}

/**
 * Keeps a transaction open for a generator, which can't run within a callback.
 *
 * @param begin runs the work in a transaction, which lasts as long as that
 */
export function holdTransaction<Tx>(
  begin: (work: (tx: Tx) => Promise<void>) => Promise<unknown>,
): Promise<{ readonly tx: Tx; end(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    let failed = false;
    const ended = begin((tx) => {
      return new Promise<void>((finish) => {
        const end = async () => {
          // Its connection may be lost, and must not be sent a COMMIT then.
          if (!failed) finish();
          // It was read from only, and what failed in it was thrown by the read.
          await ended.catch(() => {});
        };
        resolve({ tx, end });
      });
    });
    ended.catch((error) => {
      failed = true;
      reject(error);
    });
  });
}
