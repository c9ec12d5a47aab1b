import {
  type Driver,
  InvalidInputError,
  type PreparePolicy,
  type Queryable,
  runTransaction,
  type Statement,
  Turns,
} from "@waypost/core";
import { type PgClient, type PgPool, type PgQueryable, TYPES } from "./client.js";

async function send<Row extends object>(
  target: PgQueryable,
  { text, values }: Statement,
  name?: string,
): Promise<Row[]> {
  const { rows } = await target.query({ text, values: [...values], name, types: TYPES });
  return rows as Row[];
}

/** One transaction on a client that nobody else uses meanwhile. */
function transact<T>(
  client: PgQueryable,
  work: (tx: Queryable) => Promise<T>,
  onBroken?: (error: Error) => void,
): Promise<T> {
  // Unnamed: a prepared statement that a pooler refuses would abort the transaction.
  const tx: Queryable = { query: (statement) => send(client, statement) };
  const command = (text: string) => send(client, { text, values: [], name: "" });
  return runTransaction(command, () => work(tx), onBroken);
}

/** Each operation on any connection of the pool. */
export class PoolDriver implements Driver {
  readonly #pool: PgPool;
  readonly #prepare: PreparePolicy;
  readonly #owned: boolean;
  #closed: Promise<void> | undefined;

  /** @param owned whether `close()` ends the pool */
  constructor(pool: PgPool, prepare: PreparePolicy, owned: boolean) {
    this.#pool = pool;
    this.#prepare = prepare;
    this.#owned = owned;
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#prepare.run(statement, false, (name) => send<Row>(this.#pool, statement, name));
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // The pool listens to idle clients only; an error event without a listener ends the process.
    const ignore = () => {};
    client.on("error", ignore);
    let broken: Error | undefined;
    try {
      return await transact(client, work, (error) => {
        broken = error;
      });
    } finally {
      client.off("error", ignore);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    if (this.#owned) this.#closed ??= this.#pool.end();
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
        send<Row>(this.#client, statement, name),
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
