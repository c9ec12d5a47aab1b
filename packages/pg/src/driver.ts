import {
  type Driver,
  InvalidInputError,
  type LockScope,
  type PreparePolicy,
  type Recovery,
  refuseCursor,
  refuseLock,
  SessionQueue,
  type Statement,
  type Transaction,
} from "@waypost/core/adapter";
import { type CheckedOutClient, checkOut } from "./checked-out-client.js";
import {
  type PgClient,
  type PgCursor,
  type PgCursorConstructor,
  type PgPool,
  type PgPoolClient,
  TYPES,
} from "./client.js";
import { command, type Sending, send, sendUntil, transact, transactTwo } from "./transact.js";

async function* rowsOf<Row extends object>(
  checkedOut: CheckedOutClient,
  cursor: PgCursor,
  batch: number,
  before: Statement | undefined,
): AsyncGenerator<Row[]> {
  try {
    if (before !== undefined) {
      await command(checkedOut.client, "BEGIN");
      await send(checkedOut.client, before);
    }
    checkedOut.client.query(cursor);
    let rows = await cursor.read(batch);
    while (rows.length > 0) {
      yield rows as Row[];
      rows = await cursor.read(batch);
    }
  } catch (error) {
    checkedOut.broken ??= error as Error;
    throw checkedOut.broken;
  } finally {
    // After an error close() may wait for an answer that has been there already.
    if (checkedOut.broken === undefined) {
      await cursor.close();
      if (before !== undefined) await command(checkedOut.client, "COMMIT");
    }
  }
}

export interface PoolDriverOptions {
  readonly prepare: PreparePolicy;
  /**
   * Milliseconds after which a connection that does not answer is given up, and replaced by the pool: it
   * may be one of which the network has forgotten, and would be kept for ever.
   */
  readonly timeout: number | undefined;
  readonly cursor: PgCursorConstructor | undefined;
  /** Whether `close()` ends the pool. */
  readonly owned: boolean;
}

/** Each operation on any connection of the pool. */
export class PoolDriver implements Driver {
  readonly recovery = "reconnects";
  readonly bytes = "binary";
  readonly client: object;
  readonly #pool: PgPool;
  readonly #options: PoolDriverOptions;
  #closed: Promise<void> | undefined;

  constructor(pool: PgPool, options: PoolDriverOptions) {
    this.client = pool;
    this.#pool = pool;
    this.#options = options;
  }

  get connections(): number | undefined {
    return this.#pool.options.max;
  }

  async lockScope(): Promise<LockScope> {
    if (this.#pool.options.max === 1) refuseLock("a pool of one");
    return { on: "pool" };
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    const { prepare, timeout } = this.#options;
    return prepare.run(statement, false, (name) =>
      signal === undefined
        ? send<Row>(this.#pool, statement, { name, timeout })
        : this.#queryUntil<Row>(signal, statement, { name, timeout }),
    );
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { timeout } = this.#options;
    return this.#withClient((client, onBroken) => transact(client, work, { timeout, onBroken }));
  }

  queryAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const { prepare, timeout } = this.#options;
    return this.#withClient((client, onBroken) =>
      transactTwo<Row>(client, prepare, [before, statement], { timeout, onBroken, signal }),
    );
  }

  async *stream<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncGenerator<Row[]> {
    const { cursor: Cursor } = this.#options;
    if (Cursor === undefined) {
      throw new InvalidInputError(
        'fetch: "cursor" needs pg-cursor; pass its default export: `new PgSaver(pool, { cursor: Cursor })`.',
      );
    }
    if (this.#pool.options.max === 1) refuseCursor("a pool of one");
    const checkedOut = await checkOut(this.#pool);
    try {
      if (checkedOut.client.pipeline) refuseCursor("a pipelined connection");
      yield* rowsOf<Row>(
        checkedOut,
        new Cursor(statement.text, [...statement.values], { types: TYPES }),
        batch,
        before,
      );
    } finally {
      checkedOut.release();
    }
  }

  async close(): Promise<void> {
    if (this.#options.owned) this.#closed ??= this.#pool.end();
    await this.#closed;
  }

  /** As `query` of the pool, which can't be told that it is too late once it has a connection. */
  #queryUntil<Row extends object>(
    signal: AbortSignal,
    statement: Statement,
    sending: Sending,
  ): Promise<Row[]> {
    return this.#withClient(async (client, onBroken) => {
      signal.throwIfAborted();
      try {
        return await send<Row>(client, statement, sending);
      } catch (error) {
        onBroken(error);
        throw error;
      }
    });
  }

  async #withClient<T>(
    work: (client: PgPoolClient, onBroken: (error: unknown) => void) => Promise<T>,
  ): Promise<T> {
    const checkedOut = await checkOut(this.#pool);
    try {
      const done = work(checkedOut.client, (error) => {
        checkedOut.broken = error as Error;
      });
      return await Promise.race([done, checkedOut.lost]);
    } finally {
      checkedOut.release();
    }
  }
}

/**
 * All operations on one connection. pg runs one query at a time on it, so they queue; with
 * `pipeline: true` they follow each other without waiting for answers. A transaction is alone.
 */
export class ClientDriver implements Driver {
  readonly bytes = "binary";
  readonly client: object;
  readonly #client: PgClient;
  readonly #prepare: PreparePolicy;
  readonly #queue: SessionQueue;

  constructor(client: PgClient, prepare: PreparePolicy) {
    this.client = client;
    this.#client = client;
    this.#prepare = prepare;
    this.#queue = SessionQueue.of(client);
  }

  async query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    this.#assertConnected();
    const work = () =>
      this.#prepare.run(statement, this.#inTransaction, (name) =>
        sendUntil<Row>(signal, this.#client, statement, { name }),
      );
    return this.#client.pipeline ? this.#queue.together(work) : this.#queue.alone(work);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#assertConnected();
    return this.#queue.alone(() =>
      this.#inTransaction
        ? work({ joined: true, query: (statement) => send(this.#client, statement) })
        : transact(this.#client, work),
    );
  }

  async queryAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[] | undefined> {
    this.#assertConnected();
    return this.#queue.alone(async () =>
      this.#inTransaction
        ? undefined
        : transactTwo<Row>(this.#client, this.#prepare, [before, statement], { signal }),
    );
  }

  stream(): never {
    refuseCursor("a single connection");
  }

  async lockScope(): Promise<LockScope> {
    this.#assertConnected();
    if (this.#inTransaction) return { on: "transaction" };
    return { on: "session", pid: this.#client.processID ?? undefined };
  }

  get recovery(): Recovery {
    return this.#inTransaction ? "none" : "resends";
  }

  /** pg would keep the query until somebody connects the client, which may be never. */
  #assertConnected(): void {
    if (this.#client.getTransactionStatus() === null) {
      throw new InvalidInputError("The Client is not connected; `await client.connect()` first.");
    }
  }

  get #inTransaction(): boolean {
    return this.#client.getTransactionStatus() !== "I";
  }
}
