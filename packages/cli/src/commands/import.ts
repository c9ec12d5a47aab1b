import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Table } from "@waypost/core/adapter";
import { Command } from "commander";
import type pg from "pg";
import {
  type ExportedRow,
  type ExportedThread,
  exportedThreads,
  lineError,
} from "../exported-rows.ts";
import { print, printable } from "../output.ts";
import { withProgress } from "../progress.ts";
import { insertText, insertValues, MOVED } from "../rows.ts";
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
      const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await session.saver.setup();
      const counts = await withProgress("Importing", async (update) => {
        let imported = 0;
        let skipped = 0;
        for await (const thread of exportedThreads(createInterface({ input }))) {
          signal.throwIfAborted();
          if (await importThread(session, thread, options.skipExisting)) imported += 1;
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

/** @returns false if the thread exists and is passed over */
async function importThread(
  session: Session,
  { threadId, rows }: ExportedThread,
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
        `Thread "${printable(threadId)}" exists in ${session.place}; delete it first, or pass --skip-existing.`,
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

/** @throws Error naming the line, if the server refuses the row */
async function insert(
  client: pg.ClientBase,
  session: Session,
  { line, row }: ExportedRow,
): Promise<void> {
  const table = MOVED.find(({ name }) => name === row.table) as Table;
  try {
    await client.query({
      name: `import ${table.name}`,
      text: insertText(table, session.table(table.name)),
      values: insertValues(table, row),
    });
  } catch (cause) {
    throw lineError(line, "was refused by the server. Nothing of its thread was imported.", {
      cause,
    });
  }
}
