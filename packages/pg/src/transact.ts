import {
  type PreparePolicy,
  pipelineTransaction,
  runTransaction,
  type Statement,
  type Transaction,
} from "@waypost/core/adapter";
import { type PgClient, type PgQueryable, type PgQueryConstructor, TYPES } from "./client.js";

export interface Sending {
  readonly name?: string;
  /** Milliseconds after which pg gives the connection up, so that the pool replaces it. */
  readonly timeout?: number;
}

export async function send<Row extends object>(
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

/** On a client that others use too, where pg has a queue of its own. */
export async function sendUntil<Row extends object>(
  signal: AbortSignal | undefined,
  client: PgClient,
  statement: Statement,
  { name }: Pick<Sending, "name">,
): Promise<Row[]> {
  signal?.throwIfAborted();
  const { Query } = client.constructor as { Query?: PgQueryConstructor };
  // With `pipeline` it is sent at once.
  if (signal === undefined || Query === undefined || client.pipeline) {
    return send(client, statement, { name });
  }
  const { text, values } = statement;
  const { rows } = await new Promise<{ rows: object[] }>((resolve, reject) => {
    const callback = (error: unknown, result: { rows: object[] }) =>
      error ? reject(error) : resolve(result);
    const query = new Query({ text, values: [...values], name, types: TYPES, callback });
    // Called when it is its turn; what it returns is the query's error.
    const submit = query.submit.bind(query);
    query.submit = (connection) => (signal.aborted ? signal.reason : submit(connection));
    client.query(query);
  });
  return rows as Row[];
}

export const command = (client: PgQueryable, text: string, timeout?: number) =>
  send(client, { text, values: [], name: "" }, { timeout });

interface Keeping {
  readonly timeout?: number;
  /** Told why the client can't be used again. */
  readonly onBroken?: (error: unknown) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One transaction on a client that nobody else uses meanwhile. */
export function transact<T>(
  client: PgQueryable,
  work: (tx: Transaction) => Promise<T>,
  { timeout, onBroken }: Keeping = {},
): Promise<T> {
  // Unnamed: a prepared statement that a pooler refuses would abort the transaction.
  const query: Transaction["query"] = (statement) => send(client, statement, { timeout });
  return runTransaction(
    (text) => command(client, text, timeout),
    () => work({ joined: false, query }),
    onBroken,
  );
}

/** A transaction of two statements; with a name that is refused it is done again, as nothing of it holds. */
export function transactTwo<Row extends object>(
  client: PgClient,
  prepare: PreparePolicy,
  [before, statement]: readonly [Statement, Statement],
  { timeout, onBroken, signal }: Keeping = {},
): Promise<Row[]> {
  return prepare.run(statement, false, async (allowed) => {
    signal?.throwIfAborted();
    const run = (each: Statement) => {
      const name = allowed === undefined ? undefined : each.name || undefined;
      return send<Row>(client, each, { name, timeout });
    };
    if (client.pipeline) return pipelineTransaction(run, before, statement);
    const work = async () => {
      await run(before);
      signal?.throwIfAborted();
      const rows = await run(statement);
      signal?.throwIfAborted();
      return rows;
    };
    return runTransaction((text) => command(client, text, timeout), work, onBroken);
  });
}
