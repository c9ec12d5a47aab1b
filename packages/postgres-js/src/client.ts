/** The slices of postgres.js that are used; `test/types.test.ts` holds them against the real library. */

/** Rows as arrays of bytes. */
export interface RawResult extends ReadonlyArray<readonly (Buffer | null)[]> {
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  /** The server's id of the session, or what a pooler says in its place. */
  readonly state?: { readonly pid: number | null };
}

/** A query, of which the types tell nothing but how to wait for it. */
export interface PostgresJsQuery extends PromiseLike<unknown> {
  /** Rows in portions of at most so many. */
  cursor(rows: number): AsyncIterable<unknown>;
  /** Null until it is sent. */
  readonly state?: unknown;
  /** The error after which postgres.js has sent it once more. */
  readonly retried?: unknown;
  /** What is read of it when it is sent. */
  strings?: readonly string[];
  /** Its parameters. */
  args?: readonly unknown[];
}

/** Options of one query. */
export interface QueryOptions {
  /** Whether the server keeps it prepared. */
  readonly prepare?: boolean;
  /** Called when the query was sent; says whether others may be sent before it is answered. */
  readonly onexecute?: () => boolean;
}

/** Anything that runs queries. */
export interface PostgresJsSession {
  /** Makes a query of a text and its parameters. */
  unsafe(
    text: string,
    values?: never[],
    options?: QueryOptions,
  ): {
    /** The query with rows as arrays of bytes. */
    raw(): PostgresJsQuery;
  };
  /** A parameter of a type, by its OID. */
  typed(value: string | number | null, type: number): unknown;
}

/** What `postgres()` returns. */
export interface PostgresJsSql extends PostgresJsSession {
  /** Runs work in a transaction. */
  begin(work: (transaction: PostgresJsSession) => Promise<unknown>): Promise<unknown>;
  /** Closes all connections. */
  end(options?: { timeout?: number }): Promise<void>;
  /** The options that the client was made with. */
  readonly options: {
    /** Connections at most. */
    readonly max: number;
    /** Parameters that the server is told when a connection begins. */
    readonly connection?: Readonly<Record<string, unknown>>;
  };
}

/** What `sql.reserve()` resolves to. It has no `begin`. */
export interface PostgresJsReserved extends PostgresJsSession {
  /** Returns the connection. */
  release(): void;
}

/** What `sql.begin()` passes to its callback. */
export interface PostgresJsTransaction extends PostgresJsSession {
  /** Runs work in a savepoint. */
  savepoint: unknown;
}
