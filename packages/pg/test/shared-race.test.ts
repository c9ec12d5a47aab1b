import { randomBytes } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  checkpoint,
  collect,
  databaseUrl,
  METADATA,
  putChain,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it, vi } from "vitest";

const text = (kilobytes: number) => randomBytes(kilobytes * 512).toString("hex");

async function put(saver: PgSaver, config: object, log: unknown, more = {}) {
  const next = checkpoint({ log });
  return saver.put(config, next, { ...METADATA, ...more }, next.channel_versions);
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

    const reader = new PgSaver(pool, { schema, cacheBytes: 0 });
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

it("who has seen a stream's end before others went on from it finds them, also where those were removed", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max: 4 });
    const saver = new PgSaver(pool, { schema });
    await saver.setup();
    // Bytes: of a list, a comma would be left of what is removed.
    const [log, removed, kept] = [randomBytes(100_000), randomBytes(1000), randomBytes(3000)];
    const [, parent = {}, child = {}]: RunnableConfig[] = await putChain(saver, "1", 3, (step) =>
      step < 2 ? { log: log.subarray(0, step === 0 ? 99_000 : undefined) } : { other: step },
    );
    const [holder, slow] = [await pool.connect(), await pool.connect()];
    const late = new PgSaver(slow, { schema });
    await late.getTuple(parent);
    const pid = (await slow.query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
    await holder.query("BEGIN");
    await holder.query(
      `SELECT FROM ${pg.escapeIdentifier(schema)}.checkpoints WHERE checkpoint_id = $1 FOR UPDATE`,
      [parent.configurable?.checkpoint_id],
    );
    const own = Buffer.concat([log, randomBytes(2000)]);
    const waiting = put(late, parent, own); // its snapshot is taken
    await vi.waitUntil(() => waits(pool, pid), { timeout: 10_000 });

    await saver.getTuple(child);
    const one = await put(saver, child, Buffer.concat([log, removed]), { run_id: "gone" });
    const two = await put(saver, one, Buffer.concat([log, removed, kept]), { run_id: "gone" });
    const last = Buffer.concat([log, kept]);
    const three = await put(saver, two, last);
    await saver.deleteForRuns(["gone"]);
    await holder.query("COMMIT");

    const reader = new PgSaver(pool, { schema, cacheBytes: 0 });
    const read = async (config: object) =>
      (await reader.getTuple(config))?.checkpoint.channel_values.log;
    expect(await read(await waiting)).toEqual(new Uint8Array(own));
    expect(await read(three)).toEqual(new Uint8Array(last));
    expect(await collect(reader.verify())).toEqual([]);
    holder.release();
    slow.release();
    await pool.end();
  }));

it("who continues a value locks the checkpoint before it, as removals do", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max: 4 });
    const saver = new PgSaver(pool, { schema });
    await saver.setup();
    const log = randomBytes(50_000);
    const [, parent = {}]: RunnableConfig[] = await putChain(saver, "1", 2, (step) => ({
      log: log.subarray(0, step === 0 ? 40_000 : 45_000),
    }));
    const [remover, putter] = [await pool.connect(), await pool.connect()];
    const late = new PgSaver(putter, { schema });
    await late.getTuple(parent);
    const pid = (await putter.query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
    const name = pg.escapeIdentifier(schema);
    await remover.query("BEGIN");
    await remover.query(`SELECT FROM ${name}.checkpoints FOR UPDATE`);
    const waiting = put(late, parent, log);
    await vi.waitUntil(() => waits(pool, pid), { timeout: 10_000 });
    // Fails where the put holds the value already; without NOWAIT that were a deadlock.
    await remover.query(`SELECT FROM ${name}.checkpoint_blobs FOR UPDATE NOWAIT`);
    await remover.query("COMMIT");
    expect((await saver.getTuple(await waiting))?.checkpoint.channel_values.log).toEqual(
      new Uint8Array(log),
    );
    remover.release();
    putter.release();
    await pool.end();
  }));
