import { InvalidInputError, textParser } from "@waypost/core/adapter";

/** The slices of pg that are used; `test/types.test.ts` holds them against the real library. */

/** Parsers for one query, so that the client's own stay as its owner set them. */
export interface PgTypes {
  /** The parser of a type, by its OID; `format` is `text` or `binary`. */
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}

/** What a query is made of. */
export interface PgQuery {
  /** The text, with parameters as `$1`. */
  text: string;
  /** The parameters. */
  values: unknown[];
  /** The name under which the server keeps it prepared. */
  name?: string;
  /** Parsers for this query only. */
  types: PgTypes;
  /** Milliseconds after which pg gives the query up. */
  query_timeout?: number;
}

/** What a query resolves to. */
export interface PgResult {
  /** The rows, each with its columns by name. */
  rows: object[];
}

/** Anything that runs queries. */
export interface PgQueryable {
  /** Runs a query. */
  query(query: PgQuery): Promise<PgResult>;
}

/** `Query` of the client's own copy of pg: what is passed to `query` in place of a text. */
export type PgQueryConstructor = new (
  config: PgQuery & { callback(error: unknown, result: PgResult): void },
) => PgSubmittable;

/** What sends itself on a connection. */
export interface PgSubmittable {
  /** Called by the client when it is its turn. */
  submit(connection: unknown): unknown;
}

/** A connected `Client`, or a `PoolClient` that the caller checked out. */
export interface PgClient extends PgQueryable {
  /** Runs a query, or whatever submits itself. */
  query(query: PgQuery): Promise<PgResult>;
  query(query: PgSubmittable): unknown;
  /** `I` idle, `T` in a transaction, `E` in a failed one; null before it is connected. */
  getTransactionStatus(): string | null;
  /** Whether queries are sent without waiting for answers. */
  readonly pipeline?: boolean;
  /** Whether results come in binary format, which pg decodes as text before any parser sees it. */
  readonly binary?: boolean;
  /** The server's id of the session, or what a pooler says in its place. */
  readonly processID?: number | null;
}

/** A cursor of pg-cursor, for one query. */
export interface PgCursor {
  /** The next rows, at most so many; none at the end. */
  read(rows: number): Promise<object[]>;
  /** Ends it before its end. */
  close(): Promise<void>;
}

/** What pg-cursor exports. */
export type PgCursorConstructor = new (
  text: string,
  values: unknown[],
  config: { types: PgTypes },
) => PgCursor;

/** A client that a pool lends, as the saver uses it. */
export interface PgPoolClient extends PgClient {
  /** Runs a query, a cursor, or whatever submits itself. */
  query(query: PgQuery): Promise<PgResult>;
  query(query: PgSubmittable): unknown;
  query(cursor: PgCursor): unknown;
  /** Returns the client to its pool, which closes it if there was an error. */
  release(error?: Error | boolean): void;
  /** Listens for the loss of the connection. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Ends listening. */
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** A `Pool` of pg, as the saver uses it. */
export interface PgPool extends PgQueryable {
  /** Lends a client. */
  connect(callback: (error: Error | undefined, client: PgPoolClient | undefined) => void): unknown;
  /** Closes all connections. */
  end(): Promise<void>;
  /** Number of open connections. */
  readonly totalCount: number;
  /** The options that the pool was made with. */
  readonly options: {
    /** Connections at most. */
    readonly max?: number;
    /** Whether results come in binary format. */
    readonly binary?: boolean;
  };
}

const BINARY =
  "The client of pg has `binary: true`, which changes values as it reads them; leave that option out.";

/** @throws InvalidInputError for what reads or stores other values than it was given */
export function refuseUnfaithful(client: PgPool | PgClient): void {
  const options = "options" in client ? client.options : client;
  if (options.binary === true) throw new InvalidInputError(BINARY);
  if (isNative(client)) {
    throw new InvalidInputError(
      "pg.native stores bytes only up to their first zero; use the Pool and Client of pg itself, and leave NODE_PG_FORCE_NATIVE unset.",
    );
  }
}

/** Structural: a client over libpq has it under this name; of a pool there is no client yet, but its class. */
function isNative(client: object): boolean {
  const { native, Client } = client as { native?: unknown; Client?: { prototype?: object } };
  if (native !== undefined) return true;
  const methods: object = Client?.prototype ?? {};
  return "isConnected" in methods && !("escapeLiteral" in methods);
}

export const TYPES: PgTypes = {
  // Whether a pool was made while `pg.defaults.binary` was set shows only here. An error thrown at once
  // would end the process.
  getTypeParser: (oid, format) =>
    format === "binary"
      ? () => {
          throw new InvalidInputError(BINARY);
        }
      : textParser(oid),
};
