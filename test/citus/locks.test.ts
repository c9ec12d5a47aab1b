import { once } from "node:events";
import { withClient } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { coordinatorUrl, withDistributed, workerUrl } from "./cluster.ts";

/** Sessions of the coordinator and the workers that have the lock of a thread, by their number in the cluster. */
async function holdersOf(client: pg.Client, schema: string, thread: string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT global_pid FROM citus_locks WHERE locktype = 'advisory' AND granted
     AND (classid::bigint << 32) | objid::bigint = hashtextextended('waypost run ' || $1 || ' ' || $2, 0)`,
    [schema, thread],
  );
  return rows.map(({ global_pid }) => global_pid);
}

describe("locks on a Citus cluster", () => {
  it("are lost with the session of the thread's node, and whoever had them is told", () =>
    withDistributed(async (saver, schema) => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      try {
        const [lock, other] = [await saver.threadLock("a"), await saver.threadLock("b")];
        await withClient(async (client) => {
          const [holder] = await holdersOf(client, schema, "a");
          await client.query("SELECT run_command_on_workers($1)", [
            `SELECT count(pg_terminate_backend(pid, 5000::bigint)) FROM pg_stat_activity
             WHERE application_name = 'citus_internal gpid=${holder}'`,
          ]);
        }, coordinatorUrl());
        const lost = [lock, other].map(({ signal }) => once(signal, "abort"));
        vi.advanceTimersByTime(10_000);
        await Promise.all(lost);
        for (const held of [lock, other]) {
          expect(held.signal.reason).toMatchObject({ code: "WAYPOST_LOCK_LOST" });
          await expect(held[Symbol.asyncDispose]()).rejects.toBe(held.signal.reason);
        }
      } finally {
        vi.useRealTimers();
      }
      await using _again = await saver.threadLock("a", { wait: false });
    }));

  it("a thread's lock has one holder, over whichever node it is asked for", () =>
    withDistributed(async (saver, schema) => {
      await using other = PgSaver.fromConnString(await workerUrl(), { schema });
      const refused = { code: "WAYPOST_THREAD_LOCKED" };
      for (const id of ["a", "b", "c", "d"]) {
        {
          await using _held = await saver.threadLock(id);
          await expect(other.threadLock(id, { wait: false })).rejects.toMatchObject(refused);
        }
        await using _held = await other.threadLock(id);
        await expect(saver.threadLock(id, { wait: false })).rejects.toMatchObject(refused);
      }
    }));

  it("is refused in words over a single connection, and held in a transaction", () =>
    withDistributed(async (other, schema) => {
      const client = new pg.Client({ connectionString: coordinatorUrl() });
      await client.connect();
      await expect(new PgSaver(client, { schema }).threadLock("a")).rejects.toMatchObject({
        code: "WAYPOST_INVALID_INPUT",
        message: expect.stringMatching(/Citus/),
      });
      await client.end();
      const pool = new pg.Pool({ connectionString: coordinatorUrl() });
      const inTransaction = await pool.connect();
      await inTransaction.query("BEGIN");
      const lock = await new PgSaver(inTransaction, { schema }).threadLock("a");
      await expect(other.threadLock("a", { wait: false })).rejects.toMatchObject({
        code: "WAYPOST_THREAD_LOCKED",
      });
      await lock[Symbol.asyncDispose]();
      await inTransaction.query("COMMIT");
      inTransaction.release();
      await (await other.threadLock("a", { wait: false }))[Symbol.asyncDispose]();
      await pool.end();
    }));
});
