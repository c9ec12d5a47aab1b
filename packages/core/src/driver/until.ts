import type { Driver, Statement, Transaction } from "./driver.js";
import { type Database, DriverLayer } from "./layer.js";

/**
 * A driver that sends nothing more once the signal is aborted, whatever has waited until then: for a
 * connection, for its turn, for the statement before it. A transaction that is open then is rolled back.
 *
 * @param signal asked before each statement
 */
export const until = (driver: Driver, signal: () => AbortSignal | undefined): Database =>
  new LimitedDriver(driver, signal);

class LimitedDriver extends DriverLayer {
  readonly #signal: () => AbortSignal | undefined;

  constructor(driver: Driver, signal: () => AbortSignal | undefined) {
    super(driver);
    this.#signal = signal;
  }

  override query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    const signals = [this.#signal(), signal].filter((one) => one !== undefined);
    return super.query(statement, signals.length > 1 ? AbortSignal.any(signals) : signals[0]);
  }

  override transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return super.transaction(async (tx) => {
      this.#signal()?.throwIfAborted();
      const result = await work({
        joined: tx.joined,
        query: async (statement) => {
          this.#signal()?.throwIfAborted();
          return tx.query(statement);
        },
      });
      this.#signal()?.throwIfAborted();
      return result;
    });
  }
}
