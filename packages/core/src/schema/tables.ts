/** A privilege on a table. */
export type Right = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/** As `format_type` of Postgres names them. */
export type ColumnType =
  | "text"
  | "integer"
  | "bigint"
  | "bigint[]"
  | "jsonb"
  | "bytea"
  | "timestamp with time zone";

/** A column of a table. */
export interface ColumnInfo {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** One of the tables, and what is to be known of it. */
export interface TableInfo {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** What a saver's role needs for all operations; docs/security.md says what each of them needs. */
  readonly rights: readonly Right[];
  /** The option without which nothing but `setup()` looks at it. */
  readonly option?: "tombstones";
  /** Whether a thread consists of its rows: they are copied, exported and removed, and can be in partitions. */
  readonly content: boolean;
}

const column = <Type extends ColumnType>(type: Type) => ({ type, nullable: false }) as const;
const nullable = <Type extends ColumnType>(type: Type) => ({ type, nullable: true }) as const;

/**
 * All tables and their columns, as the migrations leave them: what is done to each of them, or checked of it,
 * goes by this list.
 */
export const TABLES = {
  checkpoints: {
    name: "checkpoints",
    columns: {
      thread_id: column("text"),
      checkpoint_ns: column("text"),
      checkpoint_id: column("text"),
      parent_checkpoint_id: nullable("text"),
      type: nullable("text"),
      checkpoint: column("jsonb"),
      metadata: column("jsonb"),
    },
    key: ["thread_id", "checkpoint_ns", "checkpoint_id"],
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    content: true,
  },
  blobs: {
    name: "checkpoint_blobs",
    columns: {
      thread_id: column("text"),
      checkpoint_ns: column("text"),
      channel: column("text"),
      version: column("text"),
      type: column("text"),
      blob: nullable("bytea"),
      segments: nullable("bigint[]"),
      put_id: nullable("bigint"),
    },
    key: ["thread_id", "checkpoint_ns", "channel", "version"],
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    content: true,
  },
  writes: {
    name: "checkpoint_writes",
    columns: {
      thread_id: column("text"),
      checkpoint_ns: column("text"),
      checkpoint_id: column("text"),
      task_id: column("text"),
      idx: column("integer"),
      channel: column("text"),
      type: nullable("text"),
      blob: column("bytea"),
      task_path: column("text"),
    },
    key: ["thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx"],
    rights: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    content: true,
  },
  parts: {
    name: "waypost_parts",
    columns: { thread_id: column("text"), position: column("bigint"), bytes: column("bytea") },
    key: ["thread_id", "position"],
    rights: ["SELECT", "INSERT", "DELETE"],
    content: true,
  },
  deleted: {
    name: "waypost_deleted_threads",
    columns: { thread_id: column("text"), deleted_at: column("timestamp with time zone") },
    key: ["thread_id"],
    rights: ["SELECT", "INSERT", "UPDATE"],
    option: "tombstones",
    content: false,
  },
  migrations: {
    name: "waypost_migrations",
    columns: { version: column("integer"), applied_at: column("timestamp with time zone") },
    key: ["version"],
    rights: ["SELECT"],
    content: false,
  },
  settings: {
    name: "waypost_settings",
    columns: { name: column("text"), value: column("text") },
    key: ["name"],
    rights: ["SELECT"],
    content: false,
  },
} as const satisfies Readonly<Record<string, TableInfo>>;

export type TableKey = keyof typeof TABLES;

/** One of `TABLES`. */
export type Table = (typeof TABLES)[TableKey];

export const TABLE_KEYS = Object.keys(TABLES) as TableKey[];

/** The tables that a thread consists of. */
export const CONTENT_TABLES: readonly Table[] = Object.values(TABLES).filter(
  ({ content }) => content,
);

/** Whether it can be spread by `thread_id`. */
export const isOfThreads = ({ columns }: TableInfo): boolean => Object.hasOwn(columns, "thread_id");
