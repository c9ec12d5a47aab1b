import type { Driver, Queryable, Statement, Transaction } from "../driver/driver.js";
import { type Database, DriverLayer } from "../driver/layer.js";
import { template } from "../driver/template.js";
import { InvalidInputError, WaypostError } from "../errors/errors.js";
import { assertText } from "../input/config.js";

/** Names of settings, and the value of each. */
export interface Settings {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** What Postgres takes for the name of a setting that is not its own. */
const NAME = /^[a-z_][\w$]*(?:\.[a-z_][\w$]*)+$/i;

/** @throws InvalidInputError naming the setting and what to pass */
export function sessionSettings(session: unknown): Settings | undefined {
  if (session === undefined) return undefined;
  const isRecord = typeof session === "object" && session !== null && !Array.isArray(session);
  const names = isRecord ? Object.keys(session) : [];
  if (!isRecord || names.length === 0) {
    throw new InvalidInputError(
      'The option "session" must be an object with a setting, e.g. { "app.tenant": "a" }.',
    );
  }
  for (const name of names) {
    if (!NAME.test(name)) {
      throw new InvalidInputError(
        `The option "session" has the setting ${JSON.stringify(name)}; the name must be like "app.tenant".`,
      );
    }
  }
  // Postgres takes names that differ in case for the same.
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    throw new InvalidInputError('The option "session" names a setting twice.');
  }
  const values = names.map((name) =>
    assertText((session as Record<string, unknown>)[name], `session.${name}`),
  );
  return { names, values };
}

const set = template(
  "SELECT pg_catalog.set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS s (name, value)",
);

/** As `set`, with the values before; these are complete before the first one is set. */
const replace = template(`WITH before AS MATERIALIZED (
  SELECT name, value, pg_catalog.current_setting(name, true) AS old
  FROM unnest($1::text[], $2::text[]) AS s (name, value)
)
SELECT name, old, pg_catalog.set_config(name, value, true) AS new FROM before`);

interface ReplacedRow {
  readonly name: string;
  readonly old: string | null;
}

/**
 * A driver on which these settings hold for each operation, in its own transaction, so that no other one
 * on the same connection finds them. In a transaction of the caller they are set back after each.
 */
export const withSession = (driver: Driver, settings: Settings): Database =>
  new SettingsDriver(driver, settings);

class SettingsDriver extends DriverLayer {
  readonly #set: Statement;
  readonly #replace: Statement;

  constructor(driver: Driver, { names, values }: Settings) {
    super(driver);
    this.#set = set([names, values]);
    this.#replace = replace([names, values]);
  }

  override async query<Row extends object>(
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const rows = await this.driver.queryAfter?.<Row>(this.#set, statement, signal);
    if (rows !== undefined) return rows;
    return this.transaction((tx) => {
      signal?.throwIfAborted();
      return tx.query<Row>(statement);
    });
  }

  override transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return super.transaction(async (tx) => {
      if (tx.joined) return within(tx, this.#replace, () => work(tx));
      await tx.query(this.#set);
      return work(tx);
    });
  }

  override stream<Row extends object>(statement: Statement, batch: number): AsyncIterable<Row[]> {
    return this.driver.stream?.<Row>(statement, batch, this.#set) ?? super.stream(statement, batch);
  }
}

async function within<T>(tx: Queryable, change: Statement, work: () => Promise<T>): Promise<T> {
  const rows = await tx.query<ReplacedRow>(change);
  // A setting that was never set can't be unset; where it is read, it is empty then.
  const restore = set([rows.map((row) => row.name), rows.map((row) => row.old ?? "")]);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // After an error of the database the transaction takes no statement; its rollback undoes the settings.
    if (error instanceof WaypostError) await tx.query(restore);
    throw error;
  }
  await tx.query(restore);
  return result;
}
