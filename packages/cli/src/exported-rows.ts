import { type ColumnType, parseSegments, type TableInfo } from "@waypost/core/adapter";
import { FORMATS, HEADER, MOVED, type Row } from "./rows.ts";

/** A row of an export, and where it stands. */
export interface ExportedRow {
  readonly line: number;
  readonly row: Row;
}

/** A thread's rows while they are read: the first, and all. Rows of one thread follow each other. */
export interface ExportedThread {
  readonly threadId: string;
  readonly rows: AsyncIterable<ExportedRow>;
}

const CHANGED =
  "The file was changed after it was exported, or the row was damaged before. Nothing of its thread was imported.";

/** What is wrong with a line of an export, as all such errors say it. */
export const lineError = (line: number, problem: string, options?: ErrorOptions): Error =>
  new Error(`Line ${line} ${problem}`, options);

/** @throws Error naming the line of the first row that no export holds */
export async function* exportedThreads(
  lines: AsyncIterable<string>,
): AsyncGenerator<ExportedThread> {
  const rows = exportedRows(lines);
  const begun = new Set<string>();
  let next = await rows.next();
  while (!next.done) {
    const threadId = idOf(next.value);
    if (begun.has(threadId)) {
      throw lineError(
        next.value.line,
        `continues a thread whose rows have ended before, so that it would be stored in part. ${CHANGED}`,
      );
    }
    begun.add(threadId);
    const ofThread = async function* () {
      while (!next.done && idOf(next.value) === threadId) {
        yield next.value;
        next = await rows.next();
      }
    };
    yield { threadId, rows: ofThread() };
  }
}

const idOf = ({ row }: ExportedRow): string => row.thread_id as string;

async function* exportedRows(lines: AsyncIterable<string>): AsyncGenerator<ExportedRow> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (line > 1 && text === "") continue;
    const parsed = parse(text, line);
    if (line === 1) checkHeader(parsed);
    else yield { line, row: checkedRow(parsed, line) };
  }
  if (line === 0) throw new Error("The input is empty; it is not what export wrote.");
}

type Parsed = Readonly<Record<string, unknown>>;

function parse(text: string, line: number): Parsed {
  try {
    return (JSON.parse(text) ?? {}) as Parsed;
  } catch {
    throw lineError(line, "is not JSON; the file is not what export wrote, or was cut off.");
  }
}

function checkHeader({ waypost, format }: Parsed): void {
  if (waypost === HEADER.waypost && FORMATS.includes(format)) return;
  throw new Error("The first line is not that of an export of this version.");
}

function checkedRow(row: Parsed, line: number): Row {
  const table: TableInfo | undefined = MOVED.find(({ name }) => name === row.table);
  if (table === undefined) throw lineError(line, "is no row of a known table.");
  for (const [name, value] of Object.entries(row)) {
    if (name === "table") continue;
    const column = table.columns[name];
    if (column === undefined)
      throw lineError(line, `has something that is no column of its table. ${CHANGED}`);
    if (value === null ? !column.nullable : !CHECKS[column.type](value)) {
      throw lineError(line, `has no value of type ${column.type} as its ${name}. ${CHANGED}`);
    }
  }
  if (!row.thread_id) throw lineError(line, `names no thread. ${CHANGED}`);
  return row as Row;
}

/** A row of a few bytes could stand for gigabytes, or end what reads it. */
function isSegments(value: unknown): boolean {
  try {
    return typeof value === "string" && Array.isArray(parseSegments(value));
  } catch {
    return false;
  }
}

const isText = (value: unknown): boolean => typeof value === "string";

function isJson(value: unknown): boolean {
  try {
    return typeof value === "string" && JSON.parse(value) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a value of JSON is one of a column, as `rows.ts` reads them. */
const CHECKS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: isText,
  integer: (value) => Number.isInteger(value),
  bigint: (value) => typeof value === "string" && /^-?\d+$/.test(value),
  "bigint[]": isSegments,
  jsonb: isJson,
  bytea: (value) => typeof value === "string" && /^[A-Za-z\d+/=\n]*$/.test(value),
  "timestamp with time zone": isText,
};
