import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { OperationEvent, StatementEvent } from "@waypost/core";
import type pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { databaseUrl, withClient, withSaver } from "../database.ts";
import { eventsOf, nextEvent } from "../events.ts";
import type { Mode } from "../mode.ts";
import { holdersOf, onNodeOf, terminate } from "../server-locks.ts";
import { keepsNoLock, LOCKED, runEight } from "./locks.ts";

const AT_ONCE = { wait: false };
const KEY = "hashtextextended('waypost run ' || $1::text || ' ' || $2::text, 0)";

/** Sessions that have the lock of a thread. */
const holders = (mode: Mode, client: pg.Client, schema: string, thread: string) =>
  holdersOf(mode, client, KEY, [schema, thread]);

/** Runs the work while a session without a saver has the lock of thread "1". */
const whileTaken = (schema: string, work: () => Promise<void>) =>
  withClient(async (client) => {
    await client.query("BEGIN");
    const take = onNodeOf(schema, `pg_advisory_xact_lock(${KEY})`, "$2::text");
    await client.query(take, [schema, "1"]);
    await work();
    await client.query("COMMIT");
  });

/** What others see of a lock. */
export function lockServerCases(mode: Mode): void {
  if (mode.poolOfOne || keepsNoLock(mode)) return;

  describe(`${mode.name}: locks of threads, between sessions`, () => {
    it("are had by one session at a time, and by none once they are freed", () =>
      withSaver(mode, (saver, schema) =>
        withClient(async (client) => {
          const lock = await saver.threadLock("1");
          expect(await holders(mode, client, schema, "1")).toHaveLength(1);
          const other = await mode.open(databaseUrl(), { schema });
          await expect(other.saver.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
          await lock[Symbol.asyncDispose]();
          // In a transaction of the caller's they stay until its end.
          expect(await holders(mode, client, schema, "1")).toHaveLength(mode.begin ? 1 : 0);
          await other.close();
        }),
      ));

    it("are not given while the signal ends the waiting, and not after it", () =>
      withSaver(mode, (saver, schema) =>
        withClient(async (client) => {
          const reason = new Error("enough");
          const control = new AbortController();
          const events = await eventsOf<OperationEvent>("waypost.operation", () =>
            whileTaken(schema, async () => {
              const asked = nextEvent<StatementEvent>("waypost.statement", ({ text }) =>
                text.includes("pg_try_advisory"),
              );
              const waiting = saver.threadLock("1", { signal: control.signal });
              const failed = waiting.catch((error: unknown) => error);
              await asked;
              control.abort(reason);
              expect(await failed).toBe(reason);
              await expect(saver.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
            }),
          );
          expect(await holders(mode, client, schema, "1")).toEqual([]);
          await using _ = await saver.threadLock("1", AT_ONCE);
          const own = events.filter(({ operation }) => operation === "threadLock");
          expect(own.map(({ errorCode }) => errorCode)).toEqual([undefined, LOCKED.code]);
        }),
      ));

    it("are free as soon as whoever asked for one has given up, while the server still answers", () =>
      withSaver(mode, async (saver) => {
        const control = new AbortController();
        const failed = saver.threadLock("1", { signal: control.signal }).catch((error) => error);
        await setImmediate();
        control.abort(new Error("enough"));
        expect(await failed).toBe(control.signal.reason);
        await using _ = await saver.threadLock("1", AT_ONCE);
      }));

    if (mode.begin) transactionCases(mode);
    else sessionCases(mode);
  });
}

function transactionCases(mode: Mode): void {
  it.each(["commit", "rollback"] as const)("end with the transaction, by %s", (how) =>
    withSaver(mode, (saver, schema) =>
      withClient(async (client) => {
        const { saver: other, end } = (await mode.begin?.(databaseUrl(), { schema })) ?? {};
        await other?.threadLock("1");
        await expect(saver.threadLock("1", AT_ONCE)).rejects.toMatchObject(LOCKED);
        await end?.(how);
        expect(await holders(mode, client, schema, "1")).toEqual([]);
        await saver.threadLock("1", AT_ONCE);
      }),
    ),
  );
}

function sessionCases(mode: Mode): void {
  it("let one run at a time go on, of eight over two savers", () =>
    withSaver(mode, async (saver, schema) => {
      const other = await mode.open(databaseUrl(), { schema });
      await runEight([saver, other.saver]);
      await other.close();
    }));

  it("take one connection for any number of threads", () =>
    withSaver(mode, (saver, schema) =>
      withClient(async (client) => {
        const ids = Array.from({ length: 10 }, (_, i) => `${i}`);
        const locks = await Promise.all(ids.map((id) => saver.threadLock(id)));
        const sessions = new Set<string>();
        for (const id of ids)
          for (const one of await holders(mode, client, schema, id)) sessions.add(one);
        expect(sessions.size).toBe(1);
        for (const lock of locks) await lock[Symbol.asyncDispose]();
        expect(await holders(mode, client, schema, "1")).toEqual([]);
      }),
    ));

  if (mode.reconnects) lostCases(mode);
  else if (!mode.cursor) {
    it("are free when the connection of whoever had them ends", () =>
      withSaver(mode, async (saver, schema) => {
        const other = await mode.open(databaseUrl(), { schema });
        await other.saver.threadLock("1");
        const waiting = saver.threadLock("1");
        await other.close();
        await (await waiting)[Symbol.asyncDispose]();
      }));
  }
}

function lostCases(mode: Mode): void {
  it("are free when their connection is ended, and whoever had them is told", () =>
    withSaver(mode, (saver, schema) =>
      withClient(async (client) => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        try {
          const other = await mode.open(databaseUrl(), { schema });
          const lock = await saver.threadLock("1");
          const waiting = other.saver.threadLock("1");
          const [holder] = await holders(mode, client, schema, "1");
          await terminate(mode, client, holder ?? "");
          await (await waiting)[Symbol.asyncDispose]();
          const lost = lock.signal.aborted || once(lock.signal, "abort");
          vi.advanceTimersByTime(10_000); // Kysely hears of it only when it sends something
          await lost;
          expect(lock.signal.reason).toMatchObject({ code: "WAYPOST_LOCK_LOST" });
          await expect(lock[Symbol.asyncDispose]()).rejects.toBe(lock.signal.reason);
          await using _ = await saver.threadLock("1", AT_ONCE);
          await other.close();
        } finally {
          vi.useRealTimers();
        }
      }),
    ));
}
