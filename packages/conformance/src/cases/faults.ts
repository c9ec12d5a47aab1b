import { setTimeout as wait } from "node:timers/promises";
import type { OperationEvent, SaverOptions, StatementEvent } from "@waypost/core";
import type pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { checkpoint, METADATA, putChain } from "../checkpoints.ts";
import { withClient, withSaver } from "../database.ts";
import { eventsOf, nextEvent } from "../events.ts";
import { chainGraph, collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";

/** Ends all connections that have last worked in the schema; says how many. */
async function terminate(client: pg.Client, schema: string): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND position($1 in query) > 0`,
    [schema],
  );
  return rowCount ?? 0;
}

/** Waits until somebody waits for a lock on a table of the schema. */
const blocked = (client: pg.Client, table: string) =>
  vi.waitUntil(
    async () => {
      const { rowCount } = await client.query(
        "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
        [table],
      );
      return rowCount !== 0;
    },
    { timeout: 10_000 },
  );

/** Runs the work while a lock keeps everybody from the table. */
const whileLocked = (table: string, work: (blocker: pg.Client) => Promise<void>) =>
  withClient(async (blocker) => {
    await blocker.query(`BEGIN; LOCK TABLE ${table}`);
    await work(blocker);
    await blocker.query("ROLLBACK");
  });

function put(saver: Saver, id: string) {
  const stored = checkpoint({ a: 1 });
  return saver.put(thread(id), stored, METADATA, stored.channel_versions);
}

/** What goes wrong between a saver and its server, and what becomes of the work. */
export function faultCases(mode: Mode): void {
  const { reconnects } = mode;

  describe(`${mode.name}: faults`, () => {
    if (reconnects) reconnectCases(mode);

    it("tells the caller when an operation takes too long, and goes on in order", () =>
      withSaver(
        mode,
        async (saver, schema) => {
          if (mode.begin) return; // its own locks would be in the way
          await put(saver, "before");
          await whileLocked(`${schema}.checkpoint_blobs`, async () => {
            await expect(put(saver, "1")).rejects.toMatchObject({ code: "WAYPOST_TIMEOUT" });
          });
          expect(await saver.getTuple(thread("before"))).toBeDefined();
        },
        { timeout: 500 },
      ));

    it("tells listeners of operations and statements", () =>
      withSaver(mode, async (saver) => {
        const operations = await eventsOf<OperationEvent>("waypost.operation", async () => {
          await putChain(saver, "seen", 1, () => ({ a: "ö".repeat(1000) }));
          await saver.getTuple(thread("seen"));
          await expect(saver.copyThread("none", "other")).rejects.toThrow();
        });
        const own = operations.filter(({ threadId }) => ["seen", "none"].includes(threadId ?? ""));
        const fine = { threadId: "seen", tries: 1, statements: 1, errorCode: undefined };
        expect(own).toMatchObject([
          { operation: "put", ...fine, rows: 1, bytes: 0 },
          { operation: "getTuple", ...fine, rows: 2 },
          { operation: "copyThread", threadId: "none", tries: 1, errorCode: "WAYPOST_NO_THREAD" },
        ]);
        const [put, getTuple, copy] = own as [OperationEvent, OperationEvent, OperationEvent];
        // The value in UTF-8 and quotes, and some hundred bytes of keys and of the checkpoint itself.
        for (const bytes of [put.bytesSent, getTuple.bytes]) {
          expect(bytes).toBeGreaterThan(2002);
          expect(bytes).toBeLessThan(2002 + 1000);
        }
        // A lock for each thread, and a look at both.
        const bytesSent = 2 * "noneother".length;
        expect(copy).toMatchObject({ statements: 3, rows: 3, bytesSent });
        const statements = await eventsOf<StatementEvent>("waypost.statement", () =>
          saver.getTuple(thread("seen")),
        );
        expect(statements).toHaveLength(1);
        expect(statements[0]).toMatchObject({ rows: 2, errorCode: undefined });
        expect(statements[0]?.text).not.toContain("seen");
      }));

    it("counts the statements and rows of each operation for itself, also of those at once", () =>
      withSaver(mode, async (saver) => {
        await putChain(saver, "small", 1, () => ({ a: 1 }));
        await putChain(saver, "large", 1, () => ({ a: 1, b: 2, c: 3 }));
        const operations = await eventsOf<OperationEvent>("waypost.operation", async () => {
          await Promise.all(["small", "large"].map((id) => saver.getTuple(thread(id))));
          await saver.prune(["small"], { keepLast: 1 });
          await collect(saver.verify({ threadIds: ["small"] }));
        });
        const of = (name: string, id?: string) =>
          operations.find(({ operation, threadId }) => operation === name && threadId === id);
        expect(of("getTuple", "small")).toMatchObject({ statements: 1, rows: 1 + 1 });
        expect(of("getTuple", "large")).toMatchObject({ statements: 1, rows: 1 + 3 });
        expect(of("prune", "small")).toMatchObject({ statements: 2, rows: 1 });
        expect(of("verify")).toMatchObject({ statements: 5, rows: 2 });
      }));
  });
}

const succeeded = ({ errorCode }: OperationEvent) => errorCode === undefined;

/** The same operation may be the one that is lost, more often than by default is tried. */
const MANY_TRIES = { retry: { attempts: 50 } };

function reconnectCases(mode: Mode): void {
  it("loses nothing while connections are ended at random, and graphs go on by themselves", () =>
    withSaver(
      mode,
      async (saver, schema) => {
        let done = false;
        let ended = 0;
        let finish = () => {};
        const finished = new Promise<void>((resolve) => {
          finish = resolve;
        });
        const storm = withClient(async (client) => {
          while (!done) {
            await wait(20 + Math.random() * 60);
            ended += await terminate(client, schema);
            // However busy the machine is, something is stored or read between one loss and the next.
            await Promise.race([
              finished,
              nextEvent<OperationEvent>("waypost.operation", succeeded),
            ]);
          }
        });
        const turns = 6;
        const talk = async (id: string) => {
          for (let turn = 0; turn < turns; turn++) {
            const { log } = await chainGraph(saver).invoke({ log: [`${turn}`] }, thread(id));
            expect(log).toHaveLength((turn + 1) * 3);
          }
        };
        const ids = ["a", "b", "c", "d"];
        try {
          await Promise.all(ids.map(talk));
        } finally {
          done = true;
          finish();
          await storm;
        }
        expect(ended).toBeGreaterThan(0);
        for (const id of ids) {
          const history = await collect(saver.list(thread(id)));
          // Four checkpoints a turn: the input, and each of three steps.
          expect(history).toHaveLength(turns * 4);
          expect(history[0]?.checkpoint.channel_values.log).toEqual(
            Array.from({ length: turns }, (_, turn) => [`${turn}`, "a", "b"]).flat(),
          );
        }
      },
      MANY_TRIES,
    ));

  it.each<[string, SaverOptions]>([
    ["alone", {}],
    ["with a session", { session: { "app.tenant": "a" } }],
  ])(
    "tries a put again whose connection is ended in the middle, and stores it once, %s",
    (_, options) =>
      withSaver(
        mode,
        async (saver, schema) => {
          const events = await eventsOf<OperationEvent>("waypost.operation", () =>
            whileLocked(`${schema}.checkpoints`, async (blocker) => {
              const stored = put(saver, "again");
              await blocked(blocker, `${schema}.checkpoints`);
              expect(await terminate(blocker, schema)).toBeGreaterThan(0);
              await blocker.query("ROLLBACK");
              await stored;
            }),
          );
          expect(events.filter(({ threadId }) => threadId === "again")).toMatchObject([
            { operation: "put", errorCode: undefined },
          ]);
          expect(events.find(({ threadId }) => threadId === "again")?.tries).toBeGreaterThan(1);
          expect(await collect(saver.list(thread("again")))).toHaveLength(1);
        },
        options,
      ),
  );

  it("fails where its transaction is ended in the middle, and goes on after it", () =>
    withSaver(mode, async (saver, schema) => {
      await put(saver, "1");
      await whileLocked(`${schema}.checkpoints`, async (blocker) => {
        const failed = saver.copyThread("1", "2").catch((error: unknown) => error);
        await blocked(blocker, `${schema}.checkpoints`);
        expect(await terminate(blocker, schema)).toBeGreaterThan(0);
        expect(await failed).toMatchObject({ name: "DatabaseError" });
      });
      // On the next connection postgres.js answers the first statement with the old error (3.4.9).
      await saver.getTuple(thread("1"));
      await saver.copyThread("1", "2");
      expect(await collect(saver.list(thread("2")))).toHaveLength(1);
    }));

  it("with retry: false, throws what names operation, thread and code, and holds the cause", () =>
    withSaver(
      mode,
      async (saver, schema) => {
        await whileLocked(`${schema}.checkpoints`, async (blocker) => {
          const failed = put(saver, "1").catch((error: unknown) => error);
          await blocked(blocker, `${schema}.checkpoints`);
          await terminate(blocker, schema);
          const error = (await failed) as Error & { code: string };
          expect(error.message).toMatch(/^put of thread "1" failed: .*again/);
          expect(error.code).toMatch(/^(57P01|CONNECTION_CLOSED|ECONNRESET)$/);
          expect(error.cause).toBeDefined();
        });
        const stored = await withClient((client) =>
          client.query(`SELECT FROM ${schema}.checkpoints`),
        );
        expect(stored.rowCount).toBe(0);
      },
      { retry: false },
    ));
}
