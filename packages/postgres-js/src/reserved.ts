import {
  type Driver,
  joinsTransaction,
  type LockScope,
  type PreparePolicy,
  pipelineTransaction,
  processWide,
  refuseCursor,
  runTransaction,
  SessionQueue,
  type Statement,
  type Transaction,
} from "@waypost/core/adapter";
import type { PostgresJsReserved, RawResult } from "./client.js";
import { isLost } from "./lost.js";
import { send } from "./session.js";

/** Reserved connections that were lost, with the error that said so. */
const lostSessions = processWide("lost-sessions", () => new WeakMap<object, unknown>());

/** All operations on one connection, one after the other: postgres.js would not send two at once. */
export class ReservedDriver implements Driver {
  /** It can't be seen whether the caller has a transaction open, of which nothing can be repeated alone. */
  readonly recovery = "none";
  readonly bytes = "base64";
  readonly client: object;
  readonly #sql: PostgresJsReserved;
  readonly #prepare: PreparePolicy;
  readonly #queue: SessionQueue;

  constructor(sql: PostgresJsReserved, prepare: PreparePolicy) {
    this.client = sql;
    this.#sql = sql;
    this.#prepare = prepare;
    this.#queue = SessionQueue.of(sql);
  }

  query<Row extends object>(statement: Statement, signal?: AbortSignal): Promise<Row[]> {
    return this.#queue.alone(() =>
      this.#prepare.run(statement, false, async (name) => {
        signal?.throwIfAborted();
        return this.#send<Row>(statement, name === undefined ? undefined : this.#prepare);
      }),
    );
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#queue.alone(async () =>
      (await this.#joins())
        ? work({ joined: true, query: (statement) => this.#send(statement) })
        : runTransaction(
            (text) => this.#command(text),
            () => work({ joined: false, query: (statement) => this.#send(statement) }),
          ),
    );
  }

  queryAfter<Row extends object>(
    before: Statement,
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[] | undefined> {
    return this.#queue.alone(async () => {
      if (await this.#joins()) return undefined;
      signal?.throwIfAborted();
      return this.#prepare.run(statement, false, (name) =>
        pipelineTransaction(
          (each) => this.#send<Row>(each, name && each.name ? this.#prepare : undefined),
          before,
          statement,
        ),
      );
    });
  }

  async lockScope(): Promise<LockScope> {
    return this.#queue.alone(async () => {
      if (await this.#joins()) return { on: "transaction" };
      const { state } = (await this.#sql.unsafe("SELECT 1").raw()) as RawResult;
      return { on: "session", pid: state?.pid ?? undefined };
    });
  }

  stream(): never {
    refuseCursor("a reserved connection");
  }

  #joins(): Promise<boolean> {
    return joinsTransaction((text) => this.#command(text));
  }

  #command(text: string): Promise<object[]> {
    return this.#send({ text, values: [], name: "" });
  }

  async #send<Row extends object>(statement: Statement, prepared?: PreparePolicy): Promise<Row[]> {
    if (lostSessions.has(this.#sql)) throw lostSessions.get(this.#sql);
    try {
      return await send<Row>(this.#sql, statement, prepared);
    } catch (error) {
      if (isLost(error)) lostSessions.set(this.#sql, error);
      throw error;
    }
  }
}
