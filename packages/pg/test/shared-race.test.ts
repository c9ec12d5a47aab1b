import { randomBytes } from "node:crypto";
import {
  checkpoint,
  collect,
  databaseUrl,
  METADATA,
  putChain,
  thread,
  withSchema,
} from "@waypost/conformance";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it, vi } from "vitest";

const text = (kilobytes: number) => randomBytes(kilobytes * 512).toString("hex");

async function put(saver: PgSaver, config: object, log: readonly string[]) {
  const next = checkpoint({ log });
  return saver.put(config, next, METADATA, next.channel_versions);
}

/** Whether some session waits for a lock that another one holds. */
const waits = async (pool: pg.Pool, pid: number) =>
  (await pool.query("SELECT FROM pg_locks WHERE pid = $1 AND NOT granted", [pid])).rowCount === 1;

it("who loses the end of a stream to another leaves nothing behind it", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max: 4 });
    const [winner, loser] = [await pool.connect(), await pool.connect()];
    const first = new PgSaver(pool, { schema });
    await first.setup();
    const log = [text(100), text(1)];
    const [, parent = {}] = await putChain(first, "1", 2, (step) => ({
      log: log.slice(0, step + 1),
    }));
    const [a, b] = [new PgSaver(winner, { schema }), new PgSaver(loser, { schema })];
    for (const saver of [a, b]) await saver.getTuple(parent);

    await winner.query("BEGIN");
    await loser.query("BEGIN");
    const pid = (await loser.query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
    const short = [...log, text(2)];
    const one = await put(a, parent, short);
    const long = [...log, text(90)];
    const lost = put(b, parent, long);
    await vi.waitUntil(() => waits(pool, pid), { timeout: 10_000 });
    await winner.query("COMMIT");
    const two = await lost; // its transaction is still open
    const longer = [...short, text(60)];
    const three = await put(a, one, longer);
    await loser.query("COMMIT");

    const reader = new PgSaver(pool, { schema, memory: 0 });
    const read = async (config: object) =>
      (await reader.getTuple(config))?.checkpoint.channel_values.log;
    expect(await read(one)).toEqual(short);
    expect(await read(two)).toEqual(long);
    expect(await read(three)).toEqual(longer);
    expect(await collect(reader.verify())).toEqual([]);
    expect(await collect(reader.list(thread("1")))).toHaveLength(5);
    winner.release();
    loser.release();
    await pool.end();
  }));
