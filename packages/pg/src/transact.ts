import {
  type PreparePolicy,
  pipelineTransaction,
  runTransaction,
  type Statement,
  type Transaction,
} from "@waypost/core";
import { type PgClient, type PgQueryable, TYPES } from "./client.js";

export async function send<Row extends object>(
  target: PgQueryable,
  { text, values }: Statement,
  name?: string,
): Promise<Row[]> {
  const { rows } = await target.query({ text, values: [...values], name, types: TYPES });
  return rows as Row[];
}

export const command = (client: PgQueryable, text: string) =>
  send(client, { text, values: [], name: "" });

/** One transaction on a client that nobody else uses meanwhile. */
export function transact<T>(
  client: PgQueryable,
  work: (tx: Transaction) => Promise<T>,
  onBroken?: (error: unknown) => void,
): Promise<T> {
  // Unnamed: a prepared statement that a pooler refuses would abort the transaction.
  const tx: Transaction = { joined: false, query: (statement) => send(client, statement) };
  return runTransaction(
    (text) => command(client, text),
    () => work(tx),
    onBroken,
  );
}

/** A transaction of two statements; with a name that is refused it is done again, as nothing of it holds. */
export function transactTwo<Row extends object>(
  client: PgClient,
  prepare: PreparePolicy,
  before: Statement,
  statement: Statement,
  onBroken?: (error: unknown) => void,
): Promise<Row[]> {
  return prepare.run(statement, false, (name) => {
    const run = (each: Statement) =>
      send<Row>(client, each, name === undefined ? undefined : each.name || undefined);
    if (client.pipeline) return pipelineTransaction(run, before, statement);
    const work = async () => {
      await run(before);
      return run(statement);
    };
    return runTransaction((text) => command(client, text), work, onBroken);
  });
}
