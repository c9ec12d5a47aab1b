import {
  type Driver,
  holdTransaction,
  isLost,
  type LockPlace,
  type PreparePolicy,
  pipelineTransaction,
  portableValue,
  refuseCursor,
  refuseLock,
  runTransaction,
  type Statement,
  sqlState,
  type Transaction,
  Turns,
  textParser,
} from "@waypost/core";
import type {
  PostgresJsReserved,
  PostgresJsSession,
  PostgresJsSql,
  PostgresJsTransaction,
  RawResult,
} from "./client.js";

/**
 * After an error that follows some rows, postgres.js begins the connection's next result at the index
 * where it stopped (3.4.9).
 */
function withoutHoles<Row>(result: readonly Row[]): Row[] {
  return result.filter(() => true);
}

/**
 * Rows are read raw: the client's parsers and its transformations of values are its owner's. The
 * transformed names of columns can't be avoided, but those of a read differ in case at most.
 */
function toRows<Row extends object>(result: RawResult, described = result.columns): Row[] {
  const columns = (described ?? []).map(({ name, type }) => ({
    name: name.toLowerCase(),
    parse: textParser(type),
  }));
  return withoutHoles(result).map((values) => {
    const row: Record<string, unknown> = {};
    for (const [i, { name, parse }] of columns.entries()) {
      const value = values[i];
      row[name] = value == null ? null : parse(value.toString());
    }
    return row as Row;
  });
}

/** @param prepare true leaves the decision to the client's own `prepare` option */
async function send<Row extends object>(
  session: PostgresJsSession,
  { text, values }: Statement,
  prepare = false,
): Promise<Row[]> {
  const parameters = values.map(portableValue) as never[];
  return toRows<Row>((await session.unsafe(text, parameters, { prepare }).raw()) as RawResult);
}

const unprepared = (session: PostgresJsSession, joined: boolean): Transaction => ({
  joined,
  query: (statement) => send(session, statement),
});

/**
 * When the connection is lost, `begin` ends by itself. Where its callback ends with an error, it sends a
 * ROLLBACK, which on a lost connection throws where nobody can catch it (3.4.9).
 */
function unlessLost(error: unknown): Promise<never> {
  if (isLost(error)) return new Promise(() => {});
  throw error;
}

async function* rowsOf<Row extends object>(
  session: PostgresJsSession,
  { text, values }: Statement,
  batch: number,
): AsyncGenerator<Row[]> {
  const parameters = values.map(portableValue) as never[];
  const cursor = session.unsafe(text, parameters, { prepare: false }).raw().cursor(batch);
  let columns: RawResult["columns"] | undefined;
  for await (const result of cursor as AsyncIterable<RawResult>) {
    // Only the first batch is described.
    columns ??= result.columns;
    yield toRows<Row>(result, columns);
  }
}

/** Each operation on any connection of the client. */
export class SqlDriver implements Driver {
  readonly recovery = "reconnects";
  readonly client: object;
  readonly #sql: PostgresJsSql;
  readonly #prepare: PreparePolicy;
  readonly #owned: boolean;

  /** @param owned whether `close()` ends the client */
  constructor(sql: PostgresJsSql, prepare: PreparePolicy, owned: boolean) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#owned = owned;
  }

  async lockPlace(): Promise<LockPlace> {
    if (this.#sql.options.max === 1) refuseLock("a client with `max: 1`");
    return { on: "pool" };
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#prepare.run(statement, false, (name) =>
      send<Row>(this.#sql, statement, name !== undefined),
    );
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return (await this.#sql.begin((tx) => work(unprepared(tx, false)).catch(unlessLost))) as T;
  }

  queryAfter<Row extends object>(before: Statement, statement: Statement): Promise<Row[]> {
    return this.#prepare.run(statement, false, async (name) => {
      const prepare = name !== undefined;
      // The two follow each other without waiting; postgres.js itself waits for BEGIN.
      const both = (tx: PostgresJsSession) =>
        Promise.all([send(tx, before, prepare), send<Row>(tx, statement, prepare)]).catch(
          unlessLost,
        );
      const [, rows] = (await this.#sql.begin(both)) as [object[], Row[]];
      return rows;
    });
  }

  async *stream<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncGenerator<Row[]> {
    if (this.#sql.options.max === 1) refuseCursor("a client with `max: 1`");
    if (before === undefined) return yield* rowsOf<Row>(this.#sql, statement, batch);
    const { tx, end } = await holdTransaction<PostgresJsSession>((work) => this.#sql.begin(work));
    try {
      await send(tx, before);
      yield* rowsOf<Row>(tx, statement, batch);
    } finally {
      await end();
    }
  }

  async close(): Promise<void> {
    // Without a limit it may wait for ever for a connection that was lost before.
    if (this.#owned) await this.#sql.end({ timeout: 5 });
  }
}

/** All operations in a transaction of the caller. What needs several statements is alone. */
export class TransactionDriver implements Driver {
  readonly recovery = "none";
  readonly client: object;
  readonly #sql: PostgresJsTransaction;
  readonly #prepare: PreparePolicy;
  readonly #turns: Turns;

  constructor(sql: PostgresJsTransaction, prepare: PreparePolicy) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#turns = Turns.of(sql);
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#turns.together(() => this.#send(statement));
  }

  async lockPlace(): Promise<LockPlace> {
    return { on: "transaction" };
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#turns.alone(() =>
      work({ joined: true, query: (statement) => this.#send(statement) }),
    );
  }

  stream(): never {
    refuseCursor("a transaction");
  }

  /** The transaction is the caller's. */
  async close(): Promise<void> {}

  #send<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#prepare.run(statement, true, (name) =>
      send<Row>(this.#sql, statement, name !== undefined),
    );
  }
}

const NO_ACTIVE_TRANSACTION = "25P01";

/** All operations on one connection, pipelined by postgres.js. A transaction is alone. */
export class ReservedDriver implements Driver {
  /** It can't be seen whether the caller has a transaction open, of which nothing can be repeated alone. */
  readonly recovery = "none";
  readonly client: object;
  readonly #sql: PostgresJsReserved;
  readonly #prepare: PreparePolicy;
  readonly #turns: Turns;

  constructor(sql: PostgresJsReserved, prepare: PreparePolicy) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#turns = Turns.of(sql);
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#turns.together(() =>
      this.#prepare.run(statement, false, (name) =>
        send<Row>(this.#sql, statement, name !== undefined),
      ),
    );
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#turns.alone(async () =>
      (await this.#joins())
        ? work(unprepared(this.#sql, true))
        : runTransaction(
            (text) => this.#command(text),
            () => work(unprepared(this.#sql, false)),
          ),
    );
  }

  async lockPlace(): Promise<LockPlace> {
    return this.#turns.alone(async () => {
      if (await this.#joins()) return { on: "transaction" };
      const { state } = (await this.#sql.unsafe("SELECT 1").raw()) as RawResult;
      return { on: "session", pid: state?.pid ?? undefined };
    });
  }

  queryAfter<Row extends object>(
    before: Statement,
    statement: Statement,
  ): Promise<Row[] | undefined> {
    return this.#turns.alone(async () => {
      if (await this.#joins()) return undefined;
      return this.#prepare.run(statement, false, (name) =>
        pipelineTransaction(
          (each) => send<Row>(this.#sql, each, name !== undefined && each.name !== ""),
          before,
          statement,
        ),
      );
    });
  }

  stream(): never {
    refuseCursor("a reserved connection");
  }

  /** The connection is the caller's. */
  async close(): Promise<void> {}

  /** Whether the caller has a transaction open. postgres.js does not say, and outside one this changes nothing. */
  async #joins(): Promise<boolean> {
    try {
      await this.#command("SAVEPOINT waypost");
    } catch (error) {
      if (sqlState(error) === NO_ACTIVE_TRANSACTION) return false;
      throw error;
    }
    await this.#command("RELEASE SAVEPOINT waypost");
    return true;
  }

  #command(text: string): Promise<object[]> {
    return send(this.#sql, { text, values: [], name: "" });
  }
}
