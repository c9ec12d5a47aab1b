import {
  type Driver,
  holdTransaction,
  InvalidInputError,
  joinsTransaction,
  type LockScope,
  portableValue,
  processWide,
  type Recovery,
  refuseCursor,
  SessionQueue,
  type Statement,
  type Transaction,
} from "@waypost/core/adapter";
import { CompiledQuery } from "kysely";
import type { KyselyDatabase } from "./client.js";
import { knowStatement } from "./prepared-pool.js";
import { asJson, fromJson, type ProbeRow, probe, type Traits, traitsOf } from "./traits.js";

/** Traits of clients, by what all Kyselys and transactions over one have in common. */
const known = new WeakMap<object, Traits>();

/** Settled where a Kysely had two connections at once. */
const several = processWide("kysely-connections", () => new WeakMap<object, Promise<void>>());

function compiled({ text, values, name }: Statement): CompiledQuery {
  knowStatement(text, name);
  return CompiledQuery.raw(text, values.map(portableValue));
}

async function execute<Row>(db: KyselyDatabase, statement: Statement): Promise<Row[]> {
  const { rows } = await db.executeQuery(compiled(statement) as never);
  // After an error that follows some rows, postgres.js begins the connection's next result with holes.
  return rows.filter((row) => row !== undefined) as Row[];
}

async function* batchesOf<Row>(
  db: KyselyDatabase,
  statement: Statement,
  batch: number,
): AsyncGenerator<Row[]> {
  const query = compiled(statement);
  const results = db.getExecutor().stream(query as never, batch, query.queryId as never);
  for await (const { rows } of results) yield rows.filter((row) => row !== undefined) as Row[];
}

/** More rows than any result has. */
const ALL_ROWS = 2 ** 31 - 1;

/** Kysely prepares no stream over postgres.js. */
async function executeUnprepared<Row>(db: KyselyDatabase, statement: Statement): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of batchesOf<Row>(db, statement, ALL_ROWS)) all.push(...rows);
  return all;
}

/** Asks the client once. Not one for another: who waits may have the only connection. */
async function traits(db: KyselyDatabase): Promise<Traits> {
  const { adapter } = db.getExecutor();
  const found = known.get(adapter) ?? traitsOf((await execute<ProbeRow>(db, probe()))[0]);
  known.set(adapter, found);
  return found;
}

async function send<Row extends object>(
  db: KyselyDatabase,
  statement: Statement,
  inTransaction = db.isTransaction,
): Promise<Row[]> {
  const { prepares, dropsMark } = await traits(db);
  // In a transaction a statement that is lost can't be sent again.
  const run = prepares && inTransaction ? executeUnprepared : execute;
  if (!dropsMark) return run<Row>(db, statement);
  return (await run<Row>(db, asJson(statement))).map(fromJson);
}

async function* rowsOf<Row extends object>(
  db: KyselyDatabase,
  statement: Statement,
  batch: number,
): AsyncGenerator<Row[]> {
  const { dropsMark } = await traits(db);
  if (!dropsMark) return yield* batchesOf<Row>(db, statement, batch);
  for await (const rows of batchesOf<Row>(db, asJson(statement), batch)) yield rows.map(fromJson);
}

/**
 * Commits by itself where the client prepares its own COMMIT, too: where that was lost, the server ends the
 * transaction with the error and takes the COMMIT that postgres.js 3.4.9 sends again for ROLLBACK, of which
 * nobody hears. Kysely then ends the empty transaction that comes next.
 */
async function commit(tx: KyselyDatabase): Promise<void> {
  const { prepares } = await traits(tx);
  if (prepares) await executeUnprepared(tx, { text: "COMMIT AND CHAIN", values: [], name: "" });
}

const joins = (one: KyselyDatabase): Promise<boolean> =>
  joinsTransaction((text) => send(one, { text, values: [], name: "" }));

/** How many connections a dialect has, Kysely does not say; but whether it is one, as that of PGlite. */
function hasOneConnection(db: KyselyDatabase): boolean {
  const adapter: { supportsMultipleConnections?: boolean } = db.getExecutor().adapter;
  return adapter.supportsMultipleConnections === false;
}

/** What Kysely's dialects throw in place of streaming; they have no way to ask them first. */
const CANNOT_STREAM = /not present in your postgres dialect config|not supported by PGlite/;

/** How long a pool may take to give a second connection beside that of a cursor. */
const SECOND_CONNECTION_MS = 5_000;

/** Each operation on a connection that Kysely chooses; or on the one of the caller's transaction. */
export class KyselyDriver implements Driver {
  readonly bytes = "base64";
  readonly client: object;
  readonly #db: KyselyDatabase;
  /** A transaction has one connection, on which not every dialect can run two queries at once. */
  readonly #queue: SessionQueue | undefined;
  /** Whether it is bound to one connection, as what `db.connection()` passes on; undefined before it was used. */
  #single: boolean | undefined;

  constructor(db: KyselyDatabase) {
    this.client = db;
    this.#db = db.withoutPlugins();
    this.#queue = db.isTransaction ? SessionQueue.of(db) : undefined;
  }

  /** On one connection it can't be seen whether a transaction of the caller's is open. */
  get recovery(): Recovery {
    return this.#db.isTransaction || this.#single ? "none" : "reconnects";
  }

  async lockScope(): Promise<LockScope> {
    if (this.#db.isTransaction) return { on: "transaction" };
    if (hasOneConnection(this.#db)) return { on: "session", pid: undefined };
    return this.#onConnection(async (one): Promise<LockScope> => {
      if (!this.#single) return { on: "pool" };
      return (await joins(one)) ? { on: "transaction" } : { on: "session", pid: undefined };
    });
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    const on = async (db: KyselyDatabase) => {
      signal?.throwIfAborted();
      return send<Row>(db, statement);
    };
    if (this.#queue !== undefined) return this.#queue.alone(() => on(this.#db));
    if (signal === undefined && this.#single !== undefined) return on(this.#db);
    return this.#onConnection(on);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const on = (db: KyselyDatabase, joined: boolean): Transaction => ({
      joined,
      query: (statement) => send(db, statement, true),
    });
    if (this.#queue !== undefined) return this.#queue.alone(() => work(on(this.#db, true)));
    return this.#onConnection(async (one) => {
      if (this.#single && (await joins(one))) return work(on(one, true));
      return (await one.transaction().execute(async (tx) => {
        const result = await work(on(tx, false));
        await commit(tx);
        return result;
      })) as T;
    });
  }

  async *stream<Row extends object>(
    statement: Statement,
    batch: number,
    before?: Statement,
  ): AsyncGenerator<Row[]> {
    if (this.#queue !== undefined) refuseCursor("a transaction");
    if (hasOneConnection(this.#db)) refuseCursor("a single connection");
    await this.#askForSeveral();
    try {
      if (before === undefined) yield* rowsOf<Row>(this.#db, statement, batch);
      else yield* this.#streamAfter<Row>(before, statement, batch);
    } catch (error) {
      if (!(error instanceof Error && CANNOT_STREAM.test(error.message))) throw error;
      throw new InvalidInputError(
        'fetch: "cursor" needs a dialect that streams: PostgresDialect with its `cursor` option, or ' +
          'PostgresJSDialect. Use the default, "pages".',
        { cause: error },
      );
    }
  }

  /**
   * A pool has to be asked for a connection; only what is bound to one has it at hand, unless that is
   * busy. Kysely has no other way to tell.
   */
  async #onConnection<T>(work: (one: KyselyDatabase) => Promise<T>): Promise<T> {
    let atHand = true;
    const done = this.#db.connection().execute((one) => {
      if (atHand) this.#single = true;
      this.#single ??= false;
      return work(one);
    });
    atHand = false;
    return (await done) as T;
  }

  /** Once for all cursors of all savers over it, which would else wait for each other's connections. */
  async #askForSeveral(): Promise<void> {
    const asked = several.get(this.client) ?? this.#requireSeveral();
    several.set(this.client, asked);
    await asked.catch((error: unknown) => {
      several.delete(this.client); // the pool may have been busy
      throw error;
    });
  }

  /** @throws InvalidInputError where the loop that reads a cursor would wait for its connection for ever */
  async #requireSeveral(): Promise<void> {
    await this.#onConnection(async () => {
      if (this.#single) refuseCursor("a single connection");
      let isSecond = false;
      const second = this.#onConnection(async () => {
        isSecond = true;
      });
      second.catch(() => {}); // it may come too late
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, SECOND_CONNECTION_MS);
      });
      await Promise.race([second, late]).finally(() => clearTimeout(timer));
      if (!isSecond) refuseCursor("a pool without a second one");
    });
  }

  async *#streamAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    batch: number,
  ): AsyncGenerator<Row[]> {
    const { tx, end } = await holdTransaction<KyselyDatabase>((work) =>
      this.#db.transaction().execute(work),
    );
    try {
      await send(tx, before);
      yield* rowsOf<Row>(tx, statement, batch);
    } finally {
      await end();
    }
  }
}
