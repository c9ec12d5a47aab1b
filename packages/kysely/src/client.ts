/** What a query resolves to. */
export interface KyselyResult {
  /** The rows, each with its columns by name. */
  rows: unknown[];
}

/**
 * The slice of Kysely that is used; `test/types.test.ts` holds it against the real library. Kysely 0.29
 * has ES modules only, so its own types would keep CommonJS applications from using these.
 */
export interface KyselyDatabase {
  /** True for what a transaction passes to its callback, and for a controlled transaction. */
  readonly isTransaction: boolean;
  /** What runs the queries. */
  getExecutor(): {
    /** From Kysely 0.29 on it says whether it `supportsMultipleConnections`. */
    readonly adapter: object;
    /** The last is the query's id in Kysely 0.28, and options in 0.29. */
    stream(query: never, chunkSize: number, last: never): AsyncIterableIterator<KyselyResult>;
  };
  /** Runs a query. */
  executeQuery(query: never): Promise<KyselyResult>;
  /** The same connection without the owner's plugins, which may rename columns or schemas. */
  withoutPlugins(): KyselyDatabase;
  /** Runs the work on one connection, which what it gets is bound to. */
  connection(): {
    /** Runs the work, and returns the connection. */
    execute(work: (one: KyselyDatabase) => Promise<unknown>): Promise<unknown>;
  };
  /** Runs the work in a transaction. */
  transaction(): {
    /** Runs the work, and commits or rolls back. */
    execute(work: (transaction: KyselyDatabase) => Promise<unknown>): Promise<unknown>;
  };
}
