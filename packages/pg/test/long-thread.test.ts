import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { expect, it } from "vitest";

const CHECKPOINTS = 100_000;

/** A thread in which each checkpoint changes one channel and has two writes. */
const fill = (schema: string) => `
  INSERT INTO ${schema}.checkpoints (thread_id, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  SELECT 'long', lpad(i::text, 9, '0'), CASE WHEN i > 1 THEN lpad((i - 1)::text, 9, '0') END,
    jsonb_build_object('v', 4, 'id', lpad(i::text, 9, '0'), 'ts', '2026-01-01T00:00:00.000Z', 'versions_seen', '{}'::jsonb,
      'channel_versions', jsonb_build_object('often', i, 'seldom', i / 1000, 'once', 1)), '{"source": "loop"}'
  FROM generate_series(1, ${CHECKPOINTS}) i;
  INSERT INTO ${schema}.checkpoint_blobs (thread_id, channel, version, type, blob)
  SELECT 'long', 'often', i::text, 'json', '1'::bytea FROM generate_series(1, ${CHECKPOINTS}) i
  UNION ALL SELECT 'long', 'seldom', i::text, 'json', '2'::bytea FROM generate_series(0, ${CHECKPOINTS / 1000}) i
  UNION ALL SELECT 'long', 'once', '1', 'json', '3'::bytea;
  INSERT INTO ${schema}.checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT 'long', lpad(i::text, 9, '0'), 'task', n, 'often', 'json', '1'
  FROM generate_series(1, ${CHECKPOINTS} - 1) i, generate_series(0, 1) n;
  ANALYZE ${schema}.checkpoints, ${schema}.checkpoint_blobs, ${schema}.checkpoint_writes`;

/** The most rows that one statement brought to this process. */
function countRows(pool: pg.Pool): () => number {
  let most = 0;
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<pg.QueryResult>;
    client.query = (async (...args: unknown[]) => {
      const result = await query(...args);
      most = Math.max(most, result?.rows?.length ?? 0);
      return result;
    }) as never;
  });
  return () => most;
}

it("prunes a thread of 100,000 checkpoints in steps, while writers go on", () =>
  withSchema(async (schema) => {
    const pool = new pg.Pool({ connectionString: databaseUrl(), max: 4 });
    const mostRows = countRows(pool);
    const saver = new PgSaver(pool, { schema });
    await saver.setup();
    await pool.query(fill(schema));

    let pruning = true;
    let tip = (await saver.getTuple(thread("long")))?.config ?? {};
    const write = async () => {
      let count = 0;
      for (; pruning; count++) {
        const read = (await saver.getTuple(tip))?.checkpoint ?? checkpoint({});
        const often = saver.getNextVersion(read.channel_versions.often as number);
        const versions = { ...(read.channel_versions as Record<string, number>), often };
        const next = checkpoint({ ...read.channel_values, often: count }, versions);
        tip = await saver.put(tip, next, METADATA, { often });
        await saver.putWrites(tip, [["often", count]], "task");
      }
      return count;
    };
    const prune = async () => {
      const removed = await saver.prune(["long"], { keepLast: 10 });
      pruning = false;
      return removed;
    };
    const [removed, written] = await Promise.all([prune(), write()]);
    expect(written).toBeGreaterThan(0);
    expect(removed.checkpoints).toBeGreaterThanOrEqual(CHECKPOINTS - 10);
    expect(mostRows()).toBeLessThanOrEqual(10_000);
    expect((await saver.getTuple(tip))?.checkpoint.channel_values).toEqual({
      often: written - 1,
      seldom: 2,
      once: 3,
    });
    const left = await saver.prune(["long"], { keepLast: 10 });
    expect(left.checkpoints + removed.checkpoints).toBe(CHECKPOINTS + written - 10);
    expect(await saver.getTuple(thread("long"))).toEqual(await saver.getTuple(tip));
    await pool.end();
  }));
