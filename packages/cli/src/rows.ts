/** The rows that a thread is moved as, exactly as they are stored. */
export const TABLES = {
  waypost_parts: ["thread_id", "position", "bytes"],
  checkpoint_blobs: [
    ...["thread_id", "checkpoint_ns", "channel", "version", "type", "blob", "segments"],
  ],
  checkpoint_writes: [
    ...["thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx"],
    ...["channel", "type", "blob", "task_path"],
  ],
  checkpoints: [
    ...["thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id"],
    ...["type", "checkpoint", "metadata"],
  ],
} as const;

export type TableName = keyof typeof TABLES;

/** In the order in which they are written: a checkpoint comes after all that it refers to. */
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** First line of a file: tells what it is, and which form its rows have. */
export const HEADER = { waypost: "export", format: 2 } as const;

/** The first knew no parts of values. */
export const FORMATS: readonly unknown[] = [1, HEADER.format];

/** JSON stays text, as numbers of arbitrary precision pass through no parser; bytes are base64. */
export type Row = { readonly table: TableName } & Readonly<Record<string, string | number | null>>;

const BYTES: readonly string[] = ["blob", "bytes"];

/** Columns that travel as text, and the type they have. */
const TYPES: Readonly<Record<string, string>> = {
  checkpoint: "jsonb",
  metadata: "jsonb",
  position: "bigint",
  segments: "bigint[]",
};

export const selectList = (table: TableName): string =>
  TABLES[table]
    .map((column) => {
      if (BYTES.includes(column)) return `encode(${column}, 'base64') AS ${column}`;
      return Object.hasOwn(TYPES, column) ? `${column}::text` : column;
    })
    .join(", ");

/** How a value of a row becomes one of the column. */
export function placeholder(column: string, n: number): string {
  if (BYTES.includes(column)) return `decode($${n}::text, 'base64')`;
  if (column === "idx") return `$${n}::int`;
  const type = TYPES[column];
  return type === undefined ? `$${n}::text` : `$${n}::text::${type}`;
}
