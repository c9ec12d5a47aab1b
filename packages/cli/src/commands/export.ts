import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { Command } from "commander";
import type pg from "pg";
import Cursor from "pg-cursor";
import { print } from "../output.ts";
import { withProgress } from "../progress.ts";
import { HEADER, MOVED, selectList } from "../rows.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { number } from "../units.ts";

interface Options {
  readonly output?: string;
}

/** Rows that are in memory at once; each may hold a value of megabytes. */
const BATCH = 50;
const THREADS = 1000;

export const exportCommand = (signal: AbortSignal): Command =>
  new Command("export")
    .description("write threads as lines of JSON, all or some, as of one moment")
    .argument("[thread...]", "ids of threads; all without")
    .option("-o, --output <file>", "a file; else standard output")
    .action(async (threads: string[], { output }: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await requireThreads(session, threads);
      const stream = output === undefined ? process.stdout : await writeTo(output);
      const write = async (line: object) => {
        signal.throwIfAborted();
        if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, "drain");
      };
      await write(HEADER);
      const count = await withProgress("Exporting", (update) =>
        exportThreads(session, threads, write, (done) => update(`${number(done)} threads`)),
      );
      if (output === undefined) return;
      stream.end();
      await finished(stream);
      if (!globals.json) print(`Exported ${number(count)} threads to ${output}.`);
    });

/** @throws what `open` throws, before anything is read */
async function writeTo(file: string): Promise<Writable> {
  return (await open(file, "w")).createWriteStream();
}

async function exportThreads(
  session: Session,
  threads: readonly string[],
  write: (line: object) => Promise<void>,
  onThread: (done: number) => void,
): Promise<number> {
  const client = await session.pool.connect();
  let done = 0;
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for await (const thread of threads.length > 0 ? threads : threadIds(client, session)) {
      for (const table of MOVED) {
        const text = `SELECT ${selectList(table)} FROM ${session.table(table.name)} WHERE thread_id = $1`;
        for await (const row of stream(client, text, [thread])) {
          await write({ table: table.name, ...row });
        }
      }
      done += 1;
      onThread(done);
    }
    await client.query("COMMIT");
    return done;
  } finally {
    // Whatever happened, nothing of the transaction is needed.
    client.release(true);
  }
}

/** By key, page by page, as there is one cursor at a time on a connection. */
async function* threadIds(client: pg.ClientBase, session: Session): AsyncGenerator<string> {
  let after = "";
  for (;;) {
    const { rows } = await client.query<{ id: string }>(
      `SELECT DISTINCT thread_id AS id FROM ${session.table("checkpoints")}
       WHERE thread_id > $1 ORDER BY thread_id LIMIT ${THREADS}`,
      [after],
    );
    for (const { id } of rows) yield id;
    if (rows.length < THREADS) return;
    after = rows.at(-1)?.id ?? "";
  }
}

async function* stream(
  client: pg.ClientBase,
  text: string,
  values: readonly string[],
): AsyncGenerator<object> {
  const cursor = client.query(new Cursor<object>(text, [...values]));
  for (;;) {
    const rows = await cursor.read(BATCH);
    if (rows.length === 0) break;
    yield* rows;
  }
  await cursor.close();
}
