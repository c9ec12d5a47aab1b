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

const BOOL = 16;
const BYTEA = 17;
const INT4 = 23;

/** Postgres sends bytes in hexadecimal, or escaped where `bytea_output` says so. */
function parseBytea(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const unescaped = text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(unescaped, "latin1");
}

/** What a row of the driver contract holds: bytes, numbers, booleans, and text for all else. */
export const TYPES: PgTypes = {
  getTypeParser(oid) {
    if (oid === BYTEA) return parseBytea;
    if (oid === BOOL) return (text) => text === "t";
    return oid === INT4 ? Number : String;
  },
};
