import type { SaverOptions, WaypostSaver } from "@waypost/core";

export type Saver = WaypostSaver;

/** A saver on a connection of its own. */
export interface Session {
  readonly saver: Saver;
  /** Ends the saver and the connection under it. */
  close(): Promise<void>;
}

/** One way to connect a driver. The suite knows no more of it. */
export interface Mode {
  /** As it stands in the titles of the tests, e.g. `pg Pool`. */
  readonly name: string;
  open(url: string, options: SaverOptions): Promise<Session>;
  /**
   * All work is part of one transaction, which `close` rolls back: no other connection sees it, and
   * an error of the database ends it.
   */
  readonly inTransaction?: boolean;
  /** The database is part of this process: there is no server that others could connect to. */
  readonly embedded?: boolean;
  /** A connection can be kept for a cursor while others go on. */
  readonly cursor?: boolean;
  /** Statements that a transaction of the saver takes beside its work; 2, BEGIN and COMMIT, by default. */
  readonly transactionOverhead?: number;
}
