import type { Database } from "../driver/layer.js";
import { InvalidInputError } from "../errors/errors.js";
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
  readonly tables: Tables;
  readonly sql: Catalogue;
}

export async function lockBackend(tools: LockTools, threadId: string): Promise<LockBackend> {
  const { driver, sql } = tools;
  const place = await driver.lockScope();
  if (place.on === "pool") return onPool(await LockSession.join(driver), sql, threadId);
  if (place.on === "session") return onSession(tools, threadId, place.pid);
  return inTransaction(driver, sql, threadId);
}

const unheard = { onLost: () => () => {}, leave: async () => {} };

function onPool(session: LockSession, sql: Catalogue, threadId: string): LockBackend {
  return {
    take: async () =>
      (await session.query<TryLockRow>(sql.takeRunLock(threadId)))[0]?.locked === true,
    free: async () => assertFreed(await session.query<UnlockRow>(sql.freeRunLock(threadId))),
    onLost: (listener) => session.onLost(listener),
    leave: () => session.leave(),
  };
}

function onSession(
  { driver, tables, sql }: LockTools,
  threadId: string,
  pid: number | undefined,
): LockBackend {
  return {
    ...unheard,
    async take() {
      const [row] = await driver.query<TryLockRow>(sql.takeSessionRunLock(threadId, pid));
      if (row?.locked !== null) return row?.locked === true;
      if (!row.distributed) {
        throw new InvalidInputError(
          "Behind a pooler, threadLock can't use a single connection, which need not stay with one session of the server; create the saver with a pool.",
        );
      }
      if (await isDistributed(driver, tables)) {
        throw new InvalidInputError(
          "Over tables that Citus distributes, threadLock can't use a single connection, which keeps no session of the thread's node; create the saver with a pool, or in a transaction.",
        );
      }
      const [local] = await driver.query<TryLockRow>(sql.takeRunLock(threadId));
      return local?.locked === true;
    },
    free: async () => assertFreed(await driver.query<UnlockRow>(sql.freeRunLock(threadId))),
  };
}

/** The server frees it when the transaction ends. */
function inTransaction(driver: Database, sql: Catalogue, threadId: string): LockBackend {
  return {
    ...unheard,
    async take() {
      const [row] = await driver.query<TryLockRow>(sql.takeRunLockInTransaction(threadId));
      return row?.locked === true;
    },
    free: async () => {},
  };
}

function assertFreed([row]: UnlockRow[]): void {
  if (!row?.unlocked) throw new Error("The server did not have the lock.");
}
