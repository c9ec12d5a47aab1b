import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseSegments, type Table } from "@waypost/core/adapter";
import { Command } from "commander";
import type pg from "pg";
import { print, printable } from "../output.ts";
import { withProgress } from "../progress.ts";
import { FORMATS, HEADER, insertText, insertValues, MOVED, type Row } from "../rows.ts";
import { globalsOf, Session } from "../session.ts";
import { number } from "../units.ts";

interface Options {
  readonly skipExisting: boolean;
}

export const importCommand = (signal: AbortSignal): Command =>
  new Command("import")
    .description("read what export wrote; each thread as a whole or not at all")
    .argument("[file]", "a file; else standard input")
    .option("--skip-existing", "pass over threads that exist; else they are an error", false)
    .action(async (file: string | undefined, options: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await session.saver.setup();
      const input = file === undefined ? process.stdin : createReadStream(file);
      const counts = await withProgress("Importing", async (update) => {
        let imported = 0;
        let skipped = 0;
        for await (const rows of threadsOf(createInterface({ input }))) {
          signal.throwIfAborted();
          if (await importThread(session, rows, options.skipExisting)) imported += 1;
          else skipped += 1;
          update(`${number(imported)} threads`);
        }
        return { imported, skipped };
      });
      if (globals.json) print(JSON.stringify(counts));
      else
        print(
          `Imported ${number(counts.imported)} threads, passed over ${number(counts.skipped)}.`,
        );
    });

/** A thread's rows while they are read: the first, and all. Rows of one thread follow each other. */
interface ThreadRows {
  readonly threadId: string;
  readonly rows: AsyncIterable<Row>;
}

async function* threadsOf(lines: AsyncIterable<string>): AsyncGenerator<ThreadRows> {
  const rows = parse(lines);
  let next = await rows.next();
  while (!next.done) {
    const threadId = String(next.value.thread_id);
    const ofThread = async function* () {
      while (!next.done && next.value.thread_id === threadId) {
        yield next.value;
        next = await rows.next();
      }
    };
    yield { threadId, rows: ofThread() };
  }
}

async function* parse(lines: AsyncIterable<string>): AsyncGenerator<Row> {
  let n = 0;
  for await (const line of lines) {
    n += 1;
    if (n > 1 && line === "") continue;
    const row = parseLine(line, n);
    if (n > 1) yield row as unknown as Row;
  }
  if (n === 0) throw new Error("The input is empty; it is not what export wrote.");
}

function parseLine(line: string, n: number): Readonly<Record<string, unknown>> {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error(`Line ${n} is not JSON; the file is not what export wrote, or was cut off.`);
  }
  const { waypost, format, table } = (row ?? {}) as Record<string, unknown>;
  if (n === 1 && (waypost !== HEADER.waypost || !FORMATS.includes(format))) {
    throw new Error("The first line is not that of an export of this version.");
  }
  if (n > 1 && !MOVED.some(({ name }) => name === table)) {
    throw new Error(`Line ${n} is no row of a known table.`);
  }
  if (table === "checkpoint_blobs") checkSegments((row as Row).segments, n);
  return row as Record<string, unknown>;
}

/** A row of a few bytes could stand for gigabytes, or end what reads it. */
function checkSegments(segments: unknown, n: number): void {
  if (segments === null || segments === undefined) return;
  try {
    parseSegments(String(segments));
  } catch (cause) {
    const message = `Line ${n} has segments that no saver of Waypost stores; the file was changed after it was exported, or the row was damaged before. Nothing of its thread was imported.`;
    throw new Error(message, { cause });
  }
}

/** @returns false if the thread exists and is passed over */
async function importThread(
  session: Session,
  { threadId, rows }: ThreadRows,
  skipExisting: boolean,
): Promise<boolean> {
  const client = await session.pool.connect();
  try {
    await client.query("BEGIN");
    const found = await client.query(
      `SELECT FROM ${session.table("checkpoints")} WHERE thread_id = $1 LIMIT 1`,
      [threadId],
    );
    if (found.rowCount === 0) {
      for await (const row of rows) await insert(client, session, row);
      await client.query("COMMIT");
      return true;
    }
    if (!skipExisting) {
      throw new Error(
        `Thread "${printable(threadId)}" exists; delete it first, or pass --skip-existing.`,
      );
    }
    for await (const _ of rows);
    await client.query("ROLLBACK");
    return false;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function insert(client: pg.ClientBase, session: Session, row: Row): Promise<void> {
  const table = MOVED.find(({ name }) => name === row.table) as Table;
  await client.query({
    name: `import ${table.name}`,
    text: insertText(table, session.table(table.name)),
    values: insertValues(table, row),
  });
}
