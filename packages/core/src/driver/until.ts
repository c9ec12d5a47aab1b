import type { Driver } from "./driver.js";

/**
 * A driver that sends nothing more once the signal is aborted, whatever has waited until then: for a
 * connection, for its turn, for the statement before it. A transaction that is open then is rolled back.
 *
 * @param signal asked before each statement
 */
export function until(driver: Driver, signal: () => AbortSignal | undefined): Driver {
  return {
    get recovery() {
      return driver.recovery;
    },
    client: driver.client,
    bytes: driver.bytes,
    lockScope: () => driver.lockScope(),
    query: (statement) => driver.query(statement, signal()),
    transaction: (work) =>
      driver.transaction(async (tx) => {
        signal()?.throwIfAborted();
        const result = await work({
          joined: tx.joined,
          query: async (statement) => {
            signal()?.throwIfAborted();
            return tx.query(statement);
          },
        });
        signal()?.throwIfAborted();
        return result;
      }),
    stream: (statement, batch) => driver.stream(statement, batch),
    close: () => driver.close(),
  };
}
