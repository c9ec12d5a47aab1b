import type { Statement } from "../driver/driver.js";
import type { Database } from "../driver/layer.js";
import { InvalidInputError } from "../errors/errors.js";
import type { ServerFacts } from "../execution/server-facts.js";
import type { Tables } from "../schema/identifiers.js";
import { isDistributed } from "../schema/layout.js";
import type { Catalogue } from "../sql/catalogue.js";
import type { TryLockRow, UnlockRow } from "../sql/locks/run-lock.js";
import { LockSession } from "./lock-session.js";

/** One thread's lock where the driver can keep it. */
export interface LockBackend {
  /** Whether it was free, and is taken now. */
  take(): Promise<boolean>;
  /** @throws if the server did not have it any more, or can't be asked */
  free(): Promise<void>;
  /** Calls the listener once it is lost, until the returned function is called. */
  onLost(listener: (error: unknown) => void): () => void;
  /** For when it was not taken, or is freed. */
  leave(): Promise<void>;
}

/** What a lock is taken with. */
export interface LockTools {
  readonly driver: Database;
  readonly server: ServerFacts;
  readonly tables: Tables;
  readonly sql: Catalogue;
}

export async function lockBackend(tools: LockTools, threadId: string): Promise<LockBackend> {
  const { driver } = tools;
  const place = await driver.lockScope();
  if (place.on === "pool") return onPool(tools, await LockSession.join(driver), threadId);
  if (place.on === "session") return onSession(tools, threadId, place.pid);
  return inTransaction(tools, threadId);
}

const unheard = { onLost: () => () => {}, leave: async () => {} };

type Ask = (statement: Statement) => Promise<TryLockRow[]>;

/** On one server the lock needs no table. On Citus it is taken on the node that has the thread. */
async function take(
  server: ServerFacts,
  ask: Ask,
  here: () => Statement,
  onNode: () => Statement,
): Promise<boolean> {
  if (!server.isDistributed) {
    const [row] = await ask(here());
    server.learn(row?.distributed);
    if (!server.isDistributed) return row?.locked === true;
  }
  return (await ask(onNode()))[0]?.locked === true;
}

function onPool({ server, sql }: LockTools, session: LockSession, threadId: string): LockBackend {
  let unwatch = () => {};
  const here = () => sql.takeRunLock(threadId);
  const onNode = () => sql.takeRunLockOnNode(threadId);
  return {
    async take() {
      const taken = await take(server, (asked) => session.query(asked), here, onNode);
      if (taken && server.isDistributed) unwatch = session.watch(sql.reachNode(threadId));
      return taken;
    },
    free: async () =>
      assertFreed(await session.query<UnlockRow>(sql.freeRunLock(threadId, server.isDistributed))),
    onLost: (listener) => session.onLost(listener),
    leave() {
      unwatch();
      return session.leave();
    },
  };
}

function onSession(
  { driver, server, tables, sql }: LockTools,
  threadId: string,
  pid: number | undefined,
): LockBackend {
  return {
    ...unheard,
    async take() {
      const [row] = await driver.query<TryLockRow>(sql.takeRunLock(threadId, pid));
      if (row?.locked !== null) return row?.locked === true;
      if (!row.distributed) {
        throw new InvalidInputError(
          "Behind a pooler, threadLock can't use a single connection, which need not stay with one session of the server; create the saver with a pool.",
        );
      }
      server.learn(true);
      if (await isDistributed(driver, tables)) {
        throw new InvalidInputError(
          "Over tables that Citus distributes, threadLock can't use a single connection, which keeps no session of the thread's node; create the saver with a pool, or in a transaction.",
        );
      }
      const [local] = await driver.query<TryLockRow>(sql.takeRunLockOnNode(threadId));
      return local?.locked === true;
    },
    free: async () =>
      assertFreed(await driver.query<UnlockRow>(sql.freeRunLock(threadId, server.isDistributed))),
  };
}

/** The server frees it when the transaction ends. */
function inTransaction({ driver, server, sql }: LockTools, threadId: string): LockBackend {
  const here = () => sql.takeRunLockInTransaction(threadId);
  const onNode = () => sql.takeRunLockInTransactionOnNode(threadId);
  return {
    ...unheard,
    take: () => take(server, (asked) => driver.query(asked), here, onNode),
    free: async () => {},
  };
}

function assertFreed([row]: UnlockRow[]): void {
  if (!row?.unlocked) throw new Error("The server did not have the lock.");
}
