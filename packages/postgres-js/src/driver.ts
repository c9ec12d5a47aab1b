import {
  type Driver,
  holdTransaction,
  type LockScope,
  type PreparePolicy,
  refuseCursor,
  refuseLock,
  SessionQueue,
  type Statement,
  type Transaction,
} from "@waypost/core/adapter";
import type { PostgresJsSession, PostgresJsSql, PostgresJsTransaction } from "./client.js";
import { begin, isLost } from "./lost.js";
import type { Places } from "./places.js";
import { rowsOf, send } from "./session.js";

/** Each operation on any connection of the client. */
export class SqlDriver implements Driver {
  readonly recovery = "reconnects";
  readonly bytes = "base64";
  readonly client: object;
  readonly #sql: PostgresJsSql;
  readonly #prepare: PreparePolicy;
  readonly #owned: boolean;
  readonly #places: Places | undefined;

  /**
   * @param owned whether `close()` ends the client
   * @param places where operations may be given up, so that each has to wait for a connection of its own
   */
  constructor(sql: PostgresJsSql, prepare: PreparePolicy, owned: boolean, places?: Places) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#owned = owned;
    this.#places = places;
  }

  get connections(): number {
    return this.#sql.options.max;
  }

  async lockScope(): Promise<LockScope> {
    if (this.#sql.options.max === 1) refuseLock("a client with `max: 1`");
    return { on: "pool" };
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    return this.#placed(() =>
      this.#prepare.run(statement, false, (name) =>
        send<Row>(this.#sql, statement, name === undefined ? undefined : this.#prepare, signal),
      ),
    );
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#placed(() =>
      begin(this.#sql, (tx) => work({ joined: false, query: (statement) => send(tx, statement) })),
    );
  }

  queryAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    return this.#placed(() =>
      this.#prepare.run(statement, false, (name) => {
        const prepared = name === undefined ? undefined : this.#prepare;
        return begin(this.#sql, async (tx) => {
          signal?.throwIfAborted();
          await send(tx, before, prepared);
          return send<Row>(tx, statement, prepared);
        });
      }),
    );
  }

  async *stream<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncGenerator<Row[]> {
    if (this.#sql.options.max === 1) refuseCursor("a client with `max: 1`");
    const leave = await this.#places?.take();
    try {
      if (before === undefined) yield* rowsOf<Row>(this.#sql, statement, batch);
      else yield* this.#streamAfter<Row>(before, statement, batch);
    } finally {
      leave?.();
    }
  }

  async close(): Promise<void> {
    // Without a limit it may wait for ever for a connection that was lost before.
    if (this.#owned) await this.#sql.end({ timeout: 5 });
  }

  async #placed<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.#places?.take();
    try {
      return await work();
    } finally {
      leave?.();
    }
  }

  async *#streamAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    batch: number,
  ): AsyncGenerator<Row[]> {
    const { tx, end } = await holdTransaction<PostgresJsSession>((work) => begin(this.#sql, work));
    let lost = false;
    try {
      await send(tx, before);
      yield* rowsOf<Row>(tx, statement, batch);
    } catch (error) {
      lost = isLost(error);
      throw error;
    } finally {
      if (!lost) await end();
    }
  }
}

/** All operations in a transaction of the caller, one after the other: postgres.js would not send two at once. */
export class TransactionDriver implements Driver {
  readonly recovery = "none";
  readonly bytes = "base64";
  readonly client: object;
  readonly #sql: PostgresJsTransaction;
  readonly #prepare: PreparePolicy;
  readonly #queue: SessionQueue;

  constructor(sql: PostgresJsTransaction, prepare: PreparePolicy) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#queue = SessionQueue.of(sql);
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    return this.#queue.alone(async () => {
      signal?.throwIfAborted();
      return this.#send(statement);
    });
  }

  async lockScope(): Promise<LockScope> {
    return { on: "transaction" };
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#queue.alone(() =>
      work({ joined: true, query: (statement) => this.#send(statement) }),
    );
  }

  stream(): never {
    refuseCursor("a transaction");
  }

  #send<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#prepare.run(statement, true, (name) =>
      send<Row>(this.#sql, statement, name === undefined ? undefined : this.#prepare),
    );
  }
}
