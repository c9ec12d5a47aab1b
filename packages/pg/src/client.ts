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
}

export interface PgQueryable {
  query(query: PgQuery): Promise<{ rows: object[] }>;
}

/** A connected `Client`, or a `PoolClient` that the caller checked out. */
export interface PgClient extends PgQueryable {
  /** `I` idle, `T` in a transaction, `E` in a failed one; null before it is connected. */
  getTransactionStatus(): string | null;
  readonly pipeline?: boolean;
}

export interface PgPoolClient extends PgClient {
  release(error?: Error | boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

export interface PgPool extends PgQueryable {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
  readonly totalCount: number;
}

export const TYPES: PgTypes = { getTypeParser: textParser };
