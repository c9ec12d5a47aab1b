import { portableValue, type Statement, textParser } from "@waypost/core";
import type { PostgresJsQuery, PostgresJsSession, RawResult } from "./client.js";

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
export async function send<Row extends object>(
  session: PostgresJsSession,
  { text, values }: Statement,
  prepare = false,
  signal?: AbortSignal,
): Promise<Row[]> {
  signal?.throwIfAborted();
  const parameters = values.map(portableValue) as never[];
  const query = session.unsafe(text, parameters, { prepare }).raw();
  const giveUp = () => withdraw(query);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    return toRows<Row>((await query) as RawResult);
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/**
 * Has a query that waits for a connection do nothing once it gets one. To cancel it would lose the
 * connection that may be being opened for it (postgres.js 3.4.9).
 */
function withdraw(query: PostgresJsQuery): void {
  if (query.state !== null) return; // it was sent, or who knows
  query.strings = ["SELECT 1"];
  query.args = [];
}

export async function* rowsOf<Row extends object>(
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
