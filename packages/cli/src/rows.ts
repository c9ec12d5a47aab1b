/** The rows that a thread is moved as, exactly as they are stored. */
export const TABLES = {
  checkpoint_blobs: ["thread_id", "checkpoint_ns", "channel", "version", "type", "blob"],
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
export const HEADER = { waypost: "export", format: 1 } as const;

/** JSON stays text, as numbers of arbitrary precision pass through no parser; bytes are base64. */
export type Row = { readonly table: TableName } & Readonly<Record<string, string | number | null>>;

export const selectList = (table: TableName): string =>
  TABLES[table]
    .map((column) => {
      if (column === "blob") return "encode(blob, 'base64') AS blob";
      return column === "checkpoint" || column === "metadata" ? `${column}::text` : column;
    })
    .join(", ");

/** How a value of a row becomes one of the column. */
export function placeholder(column: string, n: number): string {
  if (column === "blob") return `decode($${n}::text, 'base64')`;
  if (column === "checkpoint" || column === "metadata") return `$${n}::text::jsonb`;
  return column === "idx" ? `$${n}::int` : `$${n}::text`;
}
