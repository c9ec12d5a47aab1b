import { type Driver, portableValue, type Queryable, type Statement, Turns } from "@waypost/core";
import { CompiledQuery } from "kysely";
import type { KyselyDatabase } from "./client.js";

async function send<Row extends object>(
  db: KyselyDatabase,
  { text, values }: Statement,
): Promise<Row[]> {
  const query = CompiledQuery.raw(text, values.map(portableValue));
  const { rows } = await db.executeQuery(query as never);
  return rows as Row[];
}

/** Each operation on a connection that Kysely chooses; or on the one of the caller's transaction. */
export class KyselyDriver implements Driver {
  readonly #db: KyselyDatabase;
  /** A transaction has one connection, on which not every dialect can run two queries at once. */
  readonly #turns: Turns | undefined;

  constructor(db: KyselyDatabase) {
    this.#db = db.withoutPlugins();
    this.#turns = db.isTransaction ? Turns.of(db) : undefined;
  }

  query<Row extends object>(statement: Statement): Promise<Row[]> {
    const work = () => send<Row>(this.#db, statement);
    return this.#turns === undefined ? work() : this.#turns.alone(work);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const on = (db: KyselyDatabase): Queryable => ({ query: (statement) => send(db, statement) });
    if (this.#turns !== undefined) return this.#turns.alone(() => work(on(this.#db)));
    return (await this.#db.transaction().execute((tx) => work(on(tx)))) as T;
  }

  /** The database is the caller's. */
  async close(): Promise<void> {}
}
