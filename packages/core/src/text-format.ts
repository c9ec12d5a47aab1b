import type { SqlValue } from "./driver.js";

/** Types of Postgres by their OID, as in its catalog `pg_type`. */
const BOOL = 16;
const BYTEA = 17;
const INT4 = 23;

/** Bytes come in hexadecimal, or escaped where the server's `bytea_output` says so. */
function parseBytea(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const unescaped = text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(unescaped, "latin1");
}

/**
 * How a column in Postgres' text format becomes a value of the driver contract. Adapters use it
 * instead of their client's parsers, which belong to the client's owner.
 *
 * @param oid type of the column
 */
export function textParser(oid: number): (text: string) => string | number | boolean | Uint8Array {
  if (oid === BYTEA) return parseBytea;
  if (oid === BOOL) return (text) => text === "t";
  return oid === INT4 ? Number : String;
}

/**
 * A value without arrays, which not every driver can bind (postgres.js only where it has fetched the
 * server's types): they become text, as every parameter is cast in SQL.
 */
export function portableValue(value: SqlValue): Exclude<SqlValue, readonly string[]> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const quoted = value.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`);
  return `{${quoted.join(",")}}`;
}
