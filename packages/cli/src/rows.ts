import {
  CONTENT_TABLES,
  type ColumnType,
  TABLES,
  type Table,
  type TableInfo,
} from "@waypost/core/adapter";

/** The tables that a thread is moved in, as they are written: a checkpoint comes after all that it refers to. */
export const MOVED: readonly Table[] = [
  ...CONTENT_TABLES.filter((table) => table !== TABLES.checkpoints),
  TABLES.checkpoints,
];

/** First line of a file: tells what it is, and which form its rows have. */
export const HEADER = { waypost: "export", format: 2 } as const;

/** The first knew no parts of values. */
export const FORMATS: readonly unknown[] = [1, HEADER.format];

/** A row as it is stored, but for what is made anew. */
export type Row = { readonly table: string } & Readonly<Record<string, string | number | null>>;

/** How a value of a column becomes one of JSON, and that one a value of the column. */
interface Form {
  readonly read: (column: string) => string;
  readonly write: (parameter: string) => string;
}

const asIs = (type: ColumnType): Form => ({
  read: (column) => column,
  write: (parameter) => `${parameter}::${type}`,
});

/** Numbers of arbitrary precision, JSON's among them, pass through no parser. */
const asText = (type: ColumnType): Form => ({
  read: (column) => `${column}::text`,
  write: (parameter) => `${parameter}::text::${type}`,
});

const FORMS: Readonly<Record<ColumnType, Form>> = {
  text: asIs("text"),
  integer: asIs("integer"),
  bigint: asText("bigint"),
  "bigint[]": asText("bigint[]"),
  jsonb: asText("jsonb"),
  bytea: {
    read: (column) => `encode(${column}, 'base64') AS ${column}`,
    write: (parameter) => `decode(${parameter}::text, 'base64')`,
  },
  "timestamp with time zone": asText("timestamp with time zone"),
};

/** Nobody remembers an imported value: it may be another one than was exported, under the same version. */
const MADE_ANEW: Readonly<Record<string, string>> = {
  put_id: "(pg_catalog.random() * 281474976710655)::bigint",
};

const movedColumns = ({ columns }: TableInfo): string[] =>
  Object.keys(columns).filter((name) => !Object.hasOwn(MADE_ANEW, name));

const formOf = ({ columns }: TableInfo, name: string): Form =>
  FORMS[(columns[name] as TableInfo["columns"][string]).type];

export const selectList = (table: TableInfo): string =>
  movedColumns(table)
    .map((name) => formOf(table, name).read(name))
    .join(", ");

/** @param into the table's name for SQL */
export function insertText(table: TableInfo, into: string): string {
  const names = Object.keys(table.columns);
  const moved = movedColumns(table);
  const values = names.map(
    (name) => MADE_ANEW[name] ?? formOf(table, name).write(`$${moved.indexOf(name) + 1}`),
  );
  return `INSERT INTO ${into} (${names.join(", ")}) VALUES (${values.join(", ")})`;
}

export const insertValues = (table: TableInfo, row: Row): (string | number | null)[] =>
  movedColumns(table).map((name) => row[name] ?? null);
