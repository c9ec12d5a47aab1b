import type { SaverOptions, WaypostSaver } from "@waypost/core";

/** The saver of any adapter. */
export type Saver = WaypostSaver;

/** A saver on a connection of its own. */
export interface Session {
  /** The saver. */
  readonly saver: Saver;
  /** Ends the saver and the connection under it. */
  close(): Promise<void>;
}

/** A transaction that the caller opened, and a saver that joins it. */
export interface OpenTransaction {
  /** Joins the transaction. */
  readonly saver: Saver;
  /** Runs a statement of the caller's in the transaction. */
  run(text: string): Promise<unknown>;
  /** Ends the transaction and the connection under it. */
  end(how: "commit" | "rollback"): Promise<void>;
}

/** One way to connect a driver. The suite knows no more of it. */
export interface Mode {
  /** As it stands in the titles of the tests, e.g. `pg Pool`. */
  readonly name: string;
  /** A saver on connections of its own. What is opened with one URL and one schema sees the same tables. */
  open(url: string, options: SaverOptions): Promise<Session>;
  /**
   * Begins a transaction that savers join: all work of `open` is part of one, which `close` rolls
   * back. No other connection sees it, and an error of the database ends it.
   */
  readonly begin?: (url: string, options: SaverOptions) => Promise<OpenTransaction>;
  /** The database is part of this process: there is no server that others could connect to. */
  readonly embedded?: boolean;
  /** The server is the coordinator of a Citus cluster, and `setup()` distributes the tables. */
  readonly distributed?: boolean;
  /** There is one connection only. */
  readonly single?: boolean;
  /** There is a pool, which replaces connections that are lost. */
  readonly reconnects?: boolean;
  /** A connection can be kept for a cursor while others go on. */
  readonly cursor?: boolean;
  /** Statements on one connection are sent behind others that wait for their answers. */
  readonly pipelined?: boolean;
  /** A pool with one connection, which is needed for the saver's statements. */
  readonly poolOfOne?: boolean;
  /** Statements that a transaction of the saver takes beside its work; 2, BEGIN and COMMIT, by default. */
  readonly transactionOverhead?: number;
  /**
   * What an operation of one statement takes with the option `session`, and how often it waits for the
   * server: by default 4 and 4, BEGIN, the settings, the statement and COMMIT.
   */
  readonly session?: {
    /** Statements of one operation. */
    readonly statements: number;
    /** Times that it waits for the server. */
    readonly exchanges: number;
  };
}

/** The saver of a connection that is open, which is ended where the saver refuses its options. */
export async function saverOrEnd<Made>(
  make: () => Made,
  end: () => Promise<unknown>,
): Promise<Made> {
  try {
    return make();
  } catch (error) {
    await end();
    throw error;
  }
}

/** A mode in which the saver joins a transaction of the caller. */
export const transactionMode = (
  name: string,
  begin: NonNullable<Mode["begin"]>,
  session = { statements: 3, exchanges: 3 },
): Mode => ({
  name,
  begin,
  transactionOverhead: 0, // it joins the one that is open
  session, // the settings are set, and set back
  async open(url, options) {
    const { saver, end } = await begin(url, options);
    return { saver, close: () => end("rollback") };
  },
});
