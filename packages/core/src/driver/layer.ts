import { InvalidInputError } from "../errors/errors.js";
import type { Driver, LockScope, Statement, Transaction } from "./driver.js";
import { refuseCursor } from "./refusals.js";

/** A driver as operations use it: nothing is left out, and settings of the session need no care. */
export interface Database extends Required<Omit<Driver, "queryAfter" | "stream" | "connections">> {
  readonly connections: number | undefined;
  stream<Row extends object>(statement: Statement, batch: number): AsyncIterable<Row[]>;
}

/**
 * A driver on top of another. It hands on all that it does not change, with the defaults of what the other
 * leaves out. A member that is new in the contract fails to compile here until it is handed on, too.
 */
export class DriverLayer implements Database {
  protected readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  get recovery() {
    return this.driver.recovery;
  }

  get bytes() {
    return this.driver.bytes;
  }

  get client() {
    return this.driver.client;
  }

  get connections() {
    return this.driver.connections;
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    return this.driver.query<Row>(statement, signal);
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.driver.transaction(work);
  }

  stream<Row extends object>(statement: Statement, batch: number): AsyncIterable<Row[]> {
    return this.driver.stream?.<Row>(statement, batch) ?? refuseCursor("this driver");
  }

  async lockScope(): Promise<LockScope> {
    if (this.driver.lockScope !== undefined) return this.driver.lockScope();
    if (this.driver.recovery === "reconnects") return { on: "pool" };
    throw new InvalidInputError(
      "threadLock can't be used over this driver, which does not say where a lock can be kept.",
    );
  }

  async close(): Promise<void> {
    await this.driver.close?.();
  }
}
