import {
  type Driver,
  InvalidInputError,
  type PreparePolicy,
  type Queryable,
  type Recovery,
  refuseCursor,
  runTransaction,
  type Statement,
  Turns,
} from "@waypost/core";
import {
  type PgClient,
  type PgCursor,
  type PgCursorConstructor,
  type PgPool,
  type PgPoolClient,
  type PgQueryable,
  TYPES,
} from "./client.js";

interface Sending {
  readonly name?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

async function send<Row extends object>(
  target: PgQueryable,
  { text, values }: Statement,
  { name, timeout }: Sending = {},
): Promise<Row[]> {
  const { rows } = await target.query({
    ...{ text, values: [...values], name, types: TYPES },
    query_timeout: timeout,
  });
  return rows as Row[];
}

/** One transaction on a client that nobody else uses meanwhile. */
function transact<T>(
  client: PgQueryable,
  work: (tx: Queryable) => Promise<T>,
  timeout?: number,
  onBroken?: (error: Error) => void,
): Promise<T> {
  // Unnamed: a prepared statement that a pooler refuses would abort the transaction.
  const tx: Queryable = { query: (statement) => send(client, statement, { timeout }) };
  const command = (text: string) => send(client, { text, values: [], name: "" }, { timeout });
  return runTransaction(command, () => work(tx), onBroken);
}

/** A client of the pool that is kept for a while. */
interface Lease {
  readonly client: PgPoolClient;
  /** Why the pool should not use the client again. */
  broken: Error | undefined;
  release(): void;
}

async function checkOut(pool: PgPool): Promise<Lease> {
  const client = await pool.connect();
  // The pool listens to idle clients only; an error event without a listener ends the process.
  const onError = (error: Error) => {
    lease.broken = error;
  };
  client.on("error", onError);
  const lease: Lease = {
    client,
    broken: undefined,
    release: () => {
      client.off("error", onError);
      client.release(lease.broken);
    },
  };
  return lease;
}

async function* rowsOf<Row extends object>(
  lease: Lease,
  cursor: PgCursor,
  batch: number,
): AsyncGenerator<Row[]> {
  lease.client.query(cursor);
  try {
    let rows = await cursor.read(batch);
    while (rows.length > 0) {
      yield rows as Row[];
      rows = await cursor.read(batch);
    }
  } catch (error) {
    lease.broken = error as Error;
    throw error;
  } finally {
    // After an error close() may wait for an answer that has been there already.
    if (lease.broken === undefined) await cursor.close();
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
  readonly #pool: PgPool;
  readonly #options: PoolDriverOptions;
  #closed: Promise<void> | undefined;

  constructor(pool: PgPool, options: PoolDriverOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#options.prepare.run(statement, false, (name) =>
      send<Row>(this.#pool, statement, { name, timeout: this.#options.timeout }),
    );
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const lease = await checkOut(this.#pool);
    try {
      return await transact(lease.client, work, this.#options.timeout, (error) => {
        lease.broken = error;
      });
    } finally {
      lease.release();
    }
  }

  async *stream<Row extends object>(statement: Statement, batch: number): AsyncGenerator<Row[]> {
    const { cursor: Cursor } = this.#options;
    if (Cursor === undefined) {
      throw new InvalidInputError(
        'fetch: "cursor" needs pg-cursor; pass its default export: `new PgSaver(pool, { cursor: Cursor })`.',
      );
    }
    if (this.#pool.options.max === 1) refuseCursor("a pool of one");
    const lease = await checkOut(this.#pool);
    try {
      if (lease.client.pipeline) refuseCursor("a pipelined connection");
      yield* rowsOf<Row>(
        lease,
        new Cursor(statement.text, [...statement.values], { types: TYPES }),
        batch,
      );
    } finally {
      lease.release();
    }
  }

  async close(): Promise<void> {
    if (this.#options.owned) this.#closed ??= this.#pool.end();
    await this.#closed;
  }
}

/**
 * All operations on one connection. pg runs one query at a time on it, so they queue; with
 * `pipeline: true` they follow each other without waiting for answers. A transaction is alone.
 */
export class ClientDriver implements Driver {
  readonly #client: PgClient;
  readonly #prepare: PreparePolicy;
  readonly #turns: Turns;

  constructor(client: PgClient, prepare: PreparePolicy) {
    this.#client = client;
    this.#prepare = prepare;
    this.#turns = Turns.of(client);
  }

  async query<Row extends object>(statement: Statement): Promise<Row[]> {
    this.#assertConnected();
    const work = () =>
      this.#prepare.run(statement, this.#inTransaction, (name) =>
        send<Row>(this.#client, statement, { name }),
      );
    return this.#client.pipeline ? this.#turns.together(work) : this.#turns.alone(work);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    this.#assertConnected();
    return this.#turns.alone(() =>
      this.#inTransaction
        ? work({ query: (statement) => send(this.#client, statement) })
        : transact(this.#client, work),
    );
  }

  stream(): never {
    refuseCursor("a single connection");
  }

  get recovery(): Recovery {
    return this.#inTransaction ? "none" : "resends";
  }

  /** The client is the caller's. */
  async close(): Promise<void> {}

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
