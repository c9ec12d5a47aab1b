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
 * A value as any driver binds it, for statements with bytes in the form `"base64"`: arrays, which
 * postgres.js binds only where it has fetched the server's types, are text too, as every parameter is
 * cast in SQL.
 */
export function portableValue(value: SqlValue): string | number | null {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  const quoted = value.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`);
  return `{${quoted.join(",")}}`;
}
