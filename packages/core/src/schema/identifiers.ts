import type { BytesForm } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";
import { TABLE_KEYS, TABLES, type TableKey } from "./tables.js";

/** NAMEDATALEN - 1: Postgres silently cuts longer names, so that two of them may become one. */
const MAX_IDENTIFIER_BYTES = 63;

/** Quotes an identifier for use in SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string for use in SQL that takes no parameters (DDL). Correct for any `standard_conforming_strings`. */
export function quoteLiteral(text: string): string {
  return `${text.includes("\\") ? " E" : ""}'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** @throws InvalidInputError unless the name can be the name of a schema. */
export function checkSchemaName(schema: unknown): asserts schema is string {
  if (typeof schema !== "string" || schema === "") {
    throw new InvalidInputError('The option "schema" must be a non-empty string, e.g. "agents".');
  }
  if (schema.includes("\0") || !schema.isWellFormed()) {
    throw new InvalidInputError('The option "schema" must not hold NUL or half a surrogate pair.');
  }
  if (new TextEncoder().encode(schema).length > MAX_IDENTIFIER_BYTES) {
    throw new InvalidInputError(
      `The option "schema" must be at most ${MAX_IDENTIFIER_BYTES} bytes long in UTF-8.`,
    );
  }
}

/** The tables' names, quoted and with their schema; and what else the texts of statements depend on. */
export interface Tables extends Readonly<Record<TableKey, string>> {
  /** A literal that tells the locks of this schema from those of others. */
  readonly lockName: string;
  /** As `lockName`, for the locks that runs take. */
  readonly runLockName: string;
  /** How statements bind bytes. */
  readonly bytes: BytesForm;
}

export function tablesIn(schema: string, bytes: BytesForm = "binary"): Tables {
  const names = TABLE_KEYS.map((key) => [key, `${quoteIdentifier(schema)}.${TABLES[key].name}`]);
  return {
    ...(Object.fromEntries(names) as Record<TableKey, string>),
    lockName: quoteLiteral(`waypost thread ${schema} `),
    runLockName: quoteLiteral(`waypost run ${schema} `),
    bytes,
  };
}
