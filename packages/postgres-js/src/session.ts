import { portableValue, type Statement, textParser } from "@waypost/core";
import type { PostgresJsSession, RawResult } from "./client.js";

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
): Promise<Row[]> {
  const parameters = values.map(portableValue) as never[];
  return toRows<Row>((await session.unsafe(text, parameters, { prepare }).raw()) as RawResult);
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
