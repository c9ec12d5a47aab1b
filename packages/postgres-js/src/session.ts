import {
  InvalidInputError,
  type PreparePolicy,
  portableValue,
  type Statement,
  textParser,
} from "@waypost/core/adapter";
import type { PostgresJsQuery, PostgresJsSession, QueryOptions, RawResult } from "./client.js";

/** The pseudo-type `unknown` by its OID, as in Postgres' catalog `pg_type`. */
const UNKNOWN = 705;

/** What the server calls a column that has no name, which nobody reads. */
const UNNAMED = "?column?";

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
 *
 * @throws InvalidInputError where another transformation was applied
 */
function toRows<Row extends object>(
  result: RawResult,
  { text }: Statement,
  described = result.columns,
): Row[] {
  const columns = (described ?? []).map(({ name, type }) => ({
    name: name.toLowerCase(),
    parse: textParser(type),
  }));
  if (!columns.every(({ name }) => isOf(text, name))) refuseTransform("column");
  return withoutHoles(result).map((values) => {
    if (!Array.isArray(values) || values.length !== columns.length) refuseTransform("row");
    const row: Record<string, unknown> = {};
    for (const [i, { name, parse }] of columns.entries()) {
      const value = values[i];
      row[name] = value == null ? null : parse(value.toString());
    }
    return row as Row;
  });
}

/** Columns that are read have names of single words; others are named by functions, e.g. `set_config`. */
function isOf(text: string, name: string): boolean {
  if (name === UNNAMED || text.includes(name)) return true;
  return text.toLowerCase().replace(/[_-]/g, "").includes(name.replace(/[_-]/g, ""));
}

function refuseTransform(which: "column" | "row"): never {
  throw new InvalidInputError(
    `The client's \`transform.${which}\` changes what the saver reads; give the saver a client without it.`,
  );
}

/**
 * What postgres.js 3.4.9 sends again, because its prepared form was lost, must have nothing behind it on
 * the connection: the two would get each other's results, or wait for ever (porsager/postgres#1197).
 */
const ALONE: QueryOptions = { prepare: true, onexecute: () => false };
const UNPREPARED: QueryOptions = { prepare: false };

/**
 * Parameters of no type that the client has a serializer for, be it of postgres.js or the owner's: as the
 * text that they are, also when they are encoded once more. The server infers the type from the cast.
 */
function parametersOf(session: PostgresJsSession, { values }: Statement): never[] {
  return values.map((value) => session.typed(portableValue(value), UNKNOWN)) as never[];
}

/** @param prepared decides that it is prepared, if the client's own `prepare` option allows it */
export async function send<Row extends object>(
  session: PostgresJsSession,
  statement: Statement,
  prepared?: PreparePolicy,
  signal?: AbortSignal,
): Promise<Row[]> {
  signal?.throwIfAborted();
  const options = prepared === undefined ? UNPREPARED : ALONE;
  const query = session.unsafe(statement.text, parametersOf(session, statement), options).raw();
  let isWithdrawn = false;
  const giveUp = () => {
    isWithdrawn = withdraw(query);
  };
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const result = (await query) as RawResult;
    if (isWithdrawn) throw signal?.reason; // the answer is that to another query
    prepared?.sentAgain(query.retried);
    return toRows<Row>(result, statement);
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/**
 * Has a query that waits for a connection do nothing once it gets one. To cancel it would lose the
 * connection that may be being opened for it (postgres.js 3.4.9).
 *
 * @returns whether it will do nothing; else it was sent, or who knows
 */
function withdraw(query: PostgresJsQuery): boolean {
  if (query.state !== null) return false;
  query.strings = ["SELECT 1"];
  query.args = [];
  return true;
}

export async function* rowsOf<Row extends object>(
  session: PostgresJsSession,
  statement: Statement,
  batch: number,
): AsyncGenerator<Row[]> {
  const parameters = parametersOf(session, statement);
  const cursor = session.unsafe(statement.text, parameters, UNPREPARED).raw().cursor(batch);
  let columns: RawResult["columns"] | undefined;
  for await (const result of cursor as AsyncIterable<RawResult>) {
    // Only the first batch is described.
    columns ??= result.columns;
    yield toRows<Row>(result, statement, columns);
  }
}
