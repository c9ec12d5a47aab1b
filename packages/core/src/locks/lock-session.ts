import type { Driver, Queryable, Statement } from "../driver/driver.js";
import { processWide } from "../driver/process-wide.js";
import { SessionQueue } from "../driver/session-queue.js";
import { TimeoutError } from "../errors/errors.js";
import { isLost } from "../errors/sqlstate.js";

/** Shorter than the limits that poolers and firewalls commonly set on idle connections. */
const KEEP_ALIVE_MS = 10_000;
/** After this time without a sign of life the server takes the locks for left behind. */
const LEASE_MS = 60_000;
/** How long a pool may take to give a second connection beside that of the locks. */
const SECOND_CONNECTION_MS = 5_000;

const plain = (text: string): Statement => ({ text, values: [], name: "" });
/** In other levels the transaction would keep a snapshot, and VACUUM from all that is newer. */
const READ_COMMITTED = plain("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
/** `transaction_timeout`, from Postgres 17 on, would end the transaction even though it is in use. */
const TIMEOUTS = plain(`SELECT pg_catalog.set_config(name, v.value, true)
FROM (VALUES ('idle_in_transaction_session_timeout', '${LEASE_MS}'), ('transaction_timeout', '0')) v (name, value)
JOIN pg_catalog.pg_settings USING (name)`);
const SAVEPOINT = plain("SAVEPOINT waypost");
const TO_SAVEPOINT = plain("ROLLBACK TO SAVEPOINT waypost");
const TERMINATE = plain("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())");
const PING = plain("SELECT 1");

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {}); // it may be rejected when nobody waits for it any more
  return { promise, ...(settle as Pick<Deferred<T>, "resolve" | "reject">) };
}

const sessions = processWide("lock-sessions", () => new WeakMap<object, LockSession>());

/**
 * The one connection of a pool that has all locks of its savers, for as long as there are any. Locks are
 * the session's, so that each can be freed by itself; the open transaction is there to keep the session,
 * also behind a pooler that else gives each statement another one.
 */
export class LockSession {
  readonly #client: object;
  readonly #queue = new SessionQueue();
  readonly #end = deferred<void>();
  readonly #ended: Promise<void>;
  readonly #ready: Promise<Queryable>;
  readonly #listeners = new Set<(error: unknown) => void>();
  readonly #gone = deferred<never>();
  /** What is asked beside the connection itself, to hear of the loss of a session of a node. */
  readonly #watched = new Set<Statement>();
  #keepAlive: NodeJS.Timeout | undefined;
  #pinging = false;
  #users = 0;
  /** The error of a statement, for which the connection is given up. */
  #refused: unknown;
  #lost: { readonly error: unknown } | undefined;

  private constructor(driver: Driver) {
    this.#client = driver.client;
    const opened = deferred<Queryable>();
    this.#ended = driver
      .transaction(async (tx) => {
        for (const statement of [READ_COMMITTED, TIMEOUTS, SAVEPOINT]) await tx.query(statement);
        opened.resolve(tx);
        await this.#end.promise;
      })
      .catch((error: unknown) => {
        opened.reject(error);
        this.#lose(error);
      });
    this.#ready = this.#open(opened.promise, driver);
    this.#ready.catch(() => {});
  }

  /** Opens the connection if none is open. Call `leave` for each `join`. */
  static async join(driver: Driver): Promise<LockSession> {
    const session = sessions.get(driver.client) ?? new LockSession(driver);
    sessions.set(driver.client, session);
    session.#users += 1;
    try {
      await session.#ready;
      return session;
    } catch (error) {
      await session.leave();
      throw error;
    }
  }

  /** The last one out gives the connection back. */
  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#forget();
    if (this.#lost !== undefined) return;
    await this.#queue.alone(async () => this.#end.resolve());
    await this.#ended;
  }

  /** Calls the listener when the connection is lost, and all locks with it; until the returned function is called. */
  onLost(listener: (error: unknown) => void): () => void {
    if (this.#lost) listener(this.#lost.error);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends the statement again and again, until the returned function is called; where it fails, all is lost. */
  watch(statement: Statement): () => void {
    this.#watched.add(statement);
    return () => this.#watched.delete(statement);
  }

  /** @throws what the connection was lost for, also where that was before */
  async query<Row extends object>(statement: Statement): Promise<Row[]> {
    const tx = await this.#ready;
    const answer = this.#queue.alone(async () => {
      if (this.#lost) throw this.#lost.error;
      try {
        return await tx.query<Row>(statement);
      } catch (error) {
        this.#refused = error;
        this.#lose(await this.#terminate(tx, error));
        throw error;
      }
    });
    // On a connection that does not answer there is nothing to wait for.
    return Promise.race([answer, this.#gone.promise]);
  }

  async #open(opened: Promise<Queryable>, driver: Driver): Promise<Queryable> {
    const tx = await opened;
    await secondConnection(driver);
    if (this.#lost) throw this.#lost.error;
    this.#keepAlive = setInterval(() => this.#ping(), KEEP_ALIVE_MS).unref();
    return tx;
  }

  /** Whoever has a lock hears of it where this fails, or is not answered before the next. */
  #ping(): void {
    if (this.#pinging) {
      const message = `The connection of the locks has not answered for ${KEEP_ALIVE_MS} ms.`;
      this.#lose(new TimeoutError(message));
      return;
    }
    this.#pinging = true;
    Promise.all([PING, ...this.#watched].map((statement) => this.query(statement)))
      .catch(() => {})
      .finally(() => {
        this.#pinging = false;
      });
  }

  /**
   * After an error of the server nobody could free the session's locks, and a pool would use the
   * connection again.
   *
   * @returns the error with which the connection ended
   */
  async #terminate(tx: Queryable, error: unknown): Promise<unknown> {
    if (isLost(error)) return error;
    try {
      await tx.query(TO_SAVEPOINT);
      await tx.query(TERMINATE);
      return error;
    } catch (end) {
      return end;
    }
  }

  /** @param end with what the connection ended, if it did */
  #lose(end: unknown): void {
    if (this.#lost) return;
    const error = this.#refused ?? end;
    this.#lost = { error };
    this.#forget();
    this.#end.reject(end);
    this.#gone.reject(error);
    for (const listener of this.#listeners) listener(error);
  }

  #forget(): void {
    clearInterval(this.#keepAlive);
    if (sessions.get(this.#client) === this) sessions.delete(this.#client);
  }
}

/** @throws TimeoutError rather than to let the runs that have locks wait for a connection for ever */
async function secondConnection(driver: Driver): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new TimeoutError(
      `threadLock keeps a connection of the pool, and no second one was free within ${SECOND_CONNECTION_MS} ms. Use a larger pool.`,
    );
    timer = setTimeout(reject, SECOND_CONNECTION_MS, error);
  });
  try {
    await Promise.race([driver.query(PING), late]);
  } finally {
    clearTimeout(timer);
  }
}
