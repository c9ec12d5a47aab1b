import type { BytesForm } from "../driver/driver.js";
import { InvalidInputError } from "../errors/errors.js";

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

/** A privilege on a table. */
export type Right = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/** One of the tables, and what is to be known of it. */
export interface TableInfo {
  readonly name: string;
  /** What a saver's role needs for all operations; docs/security.md says what each of them needs. */
  readonly rights: readonly Right[];
  /** The option without which nothing but `setup()` looks at it. */
  readonly option?: "tombstones";
  /** Whether it has the column `thread_id`, by which it can be spread over nodes. */
  readonly ofThreads: boolean;
  /** Whether it can be in partitions. */
  readonly large: boolean;
}

/** All tables: what is done to each of them, or checked of it, goes by this list. */
export const TABLES = {
  checkpoints: {
    name: "checkpoints",
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    ofThreads: true,
    large: true,
  },
  blobs: {
    name: "checkpoint_blobs",
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    ofThreads: true,
    large: true,
  },
  writes: {
    name: "checkpoint_writes",
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    ofThreads: true,
    large: true,
  },
  parts: {
    name: "waypost_parts",
    rights: ["SELECT", "INSERT", "DELETE"],
    ofThreads: true,
    large: true,
  },
  deleted: {
    name: "waypost_deleted_threads",
    rights: ["SELECT", "INSERT", "UPDATE"],
    option: "tombstones",
    ofThreads: true,
    large: false,
  },
  migrations: { name: "waypost_migrations", rights: ["SELECT"], ofThreads: false, large: false },
  settings: { name: "waypost_settings", rights: ["SELECT"], ofThreads: false, large: false },
} as const satisfies Readonly<Record<string, TableInfo>>;

/** The primary keys of what is looked up where no parameter names the thread. */
export const KEYS = {
  checkpoints: "thread_id, checkpoint_ns, checkpoint_id",
  blobs: "thread_id, checkpoint_ns, channel, version",
  writes: "thread_id, checkpoint_ns, checkpoint_id, task_id, idx",
} as const;

export type TableKey = keyof typeof TABLES;

export const TABLE_KEYS = Object.keys(TABLES) as TableKey[];

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
