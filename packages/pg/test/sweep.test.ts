import { randomBytes } from "node:crypto";
import { databaseUrl, putChain, withClient, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { expect, it, vi } from "vitest";

/** Pages of TOAST tables, where values of more than 2 kB lie, that were read so far. */
const valuePagesRead = (schema: string) =>
  withClient(async (client) => {
    const { rows } = await client.query(
      `SELECT sum(toast_blks_read + toast_blks_hit)::int AS pages FROM pg_statio_user_tables
       WHERE schemaname = $1 AND relname IN ('checkpoint_blobs', 'checkpoint_writes', 'waypost_parts')`,
      [schema],
    );
    return rows[0].pages as number;
  });

/** Runs the work in a session of its own: the server counts what it read when it ends. */
async function inSession(schema: string, work: (saver: PgSaver) => Promise<unknown>) {
  const url = new URL(databaseUrl());
  url.searchParams.set("application_name", schema);
  {
    await using saver = PgSaver.fromConnString(url.href, { schema, cacheBytes: 0 });
    await work(saver);
  }
  await withClient((client) =>
    vi.waitFor(async () => {
      const sessions = "SELECT FROM pg_stat_activity WHERE application_name = $1";
      expect((await client.query(sessions, [schema])).rowCount).toBe(0);
    }),
  );
}

it("a sweep that finds nothing to remove reads no values", () =>
  withSchema(async (schema) => {
    await inSession(schema, async (saver) => {
      await saver.setup();
      await putChain(saver, "1", 20, (step) => ({
        large: randomBytes(10_000).toString("hex"),
        log: Array.from({ length: step }, (_, i) => `${i}`.repeat(500)),
      }));
    });
    const before = await valuePagesRead(schema);
    await inSession(schema, async (saver) => {
      expect(await saver.sweep({ keepLast: 20 })).toMatchObject({ threads: 1, checkpoints: 0 });
    });
    expect(await valuePagesRead(schema)).toBe(before);
    await inSession(schema, (saver) => saver.getTuple({ configurable: { thread_id: "1" } }));
    expect(await valuePagesRead(schema)).toBeGreaterThan(before);
  }));
