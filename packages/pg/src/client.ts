import { textParser } from "@waypost/core";

/** The slices of pg that are used; `test/types.test.ts` holds them against the real library. */

/** Parsers for one query, so that the client's own stay as its owner set them. */
export interface PgTypes {
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}

export interface PgQuery {
  text: string;
  values: unknown[];
  name?: string;
  types: PgTypes;
  /** Milliseconds after which pg gives the query up. */
  query_timeout?: number;
}

export interface PgQueryable {
  query(query: PgQuery): Promise<{ rows: object[] }>;
}

/** A connected `Client`, or a `PoolClient` that the caller checked out. */
export interface PgClient extends PgQueryable {
  /** `I` idle, `T` in a transaction, `E` in a failed one; null before it is connected. */
  getTransactionStatus(): string | null;
  readonly pipeline?: boolean;
  /** The server's id of the session, or what a pooler says in its place. */
  readonly processID?: number | null;
}

/** A cursor of pg-cursor, for one query. */
export interface PgCursor {
  read(rows: number): Promise<object[]>;
  close(): Promise<void>;
}

/** What pg-cursor exports. */
export type PgCursorConstructor = new (
  text: string,
  values: unknown[],
  config: { types: PgTypes },
) => PgCursor;

export interface PgPoolClient extends PgClient {
  query(query: PgQuery): Promise<{ rows: object[] }>;
  query(cursor: PgCursor): unknown;
  release(error?: Error | boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

export interface PgPool extends PgQueryable {
  connect(callback: (error: Error | undefined, client: PgPoolClient | undefined) => void): unknown;
  end(): Promise<void>;
  readonly totalCount: number;
  readonly options: { readonly max?: number };
}

export const TYPES: PgTypes = { getTypeParser: textParser };
