import type { Driver, Queryable, Statement, Transaction } from "../driver/driver.js";
import { type Database, DriverLayer } from "../driver/layer.js";
import { template } from "../driver/template.js";
import { InvalidInputError, WaypostError } from "../errors/errors.js";
import { assertText } from "../input/config.js";
import { quoteIdentifier, quoteLiteral } from "../schema/identifiers.js";
import { IS_CITUS, isDistributedStatement } from "../sql/citus.js";

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
  `SELECT pg_catalog.set_config(name, value, true), ${IS_CITUS} AS distributed FROM unnest($1::text[], $2::text[]) AS s (name, value)`,
);

/** As `set`, with the values before; these are complete before the first one is set. */
const replace = template(`WITH before AS MATERIALIZED (
  SELECT name, value, pg_catalog.current_setting(name, true) AS old
  FROM unnest($1::text[], $2::text[]) AS s (name, value)
)
SELECT name, old, pg_catalog.set_config(name, value, true) AS new, ${IS_CITUS} AS distributed FROM before`);

interface SetRow {
  /** Whether the server is one of a Citus cluster. */
  readonly distributed: boolean;
}

interface ReplacedRow extends SetRow {
  readonly name: string;
  readonly old: string | null;
}

/** Sets them for the transaction on all nodes of a Citus cluster, to which `set_config` does not pass them on. */
function setOnNodes({ names, values }: Settings): Statement {
  const commands = names.map((name, i) => {
    const quoted = name.split(".").map(quoteIdentifier).join(".");
    return `SET LOCAL ${quoted} = ${quoteLiteral(values[i] ?? "")};`;
  });
  const body = `BEGIN SET LOCAL citus.propagate_set_commands = 'local'; ${commands.join(" ")} END`;
  return { text: `DO ${quoteLiteral(body)}`, values: [], name: "" };
}

/**
 * A driver on which these settings hold for each operation, in its own transaction, so that no other one
 * on the same connection finds them. In a transaction of the caller they are set back after each.
 */
export const withSession = (driver: Driver, settings: Settings): Database =>
  new SettingsDriver(driver, settings);

class SettingsDriver extends DriverLayer {
  readonly #settings: Settings;
  readonly #set: Statement;
  readonly #setOnNodes: Statement;
  /** Told by the first answer. */
  #isDistributed: boolean | undefined;

  constructor(driver: Driver, settings: Settings) {
    super(driver);
    this.#settings = settings;
    this.#set = set([settings.names, settings.values]);
    this.#setOnNodes = setOnNodes(settings);
  }

  override async query<Row extends object>(
    statement: Statement,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    // The statement is sent before the answer to the settings, so their form must be known.
    const rows =
      this.#isDistributed === undefined
        ? undefined
        : await this.driver.queryAfter?.<Row>(this.#before, statement, signal);
    if (rows !== undefined) return rows;
    return this.transaction((tx) => {
      signal?.throwIfAborted();
      return tx.query<Row>(statement);
    });
  }

  override transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return super.transaction(async (tx) => {
      if (tx.joined) return within(tx, this.#settings, () => work(tx));
      const isKnown = this.#isDistributed !== undefined;
      const [row] = await tx.query<SetRow>(this.#before);
      this.#isDistributed ??= row?.distributed ?? false;
      if (!isKnown && this.#isDistributed) await tx.query(this.#setOnNodes);
      return work(tx);
    });
  }

  override async *stream<Row extends object>(
    statement: Statement,
    batch: number,
  ): AsyncGenerator<Row[]> {
    if (this.driver.stream !== undefined && this.#isDistributed === undefined) {
      const [row] = await this.driver.query<SetRow>(isDistributedStatement()());
      this.#isDistributed = row?.distributed ?? false;
    }
    yield* this.driver.stream?.<Row>(statement, batch, this.#before) ??
      super.stream<Row>(statement, batch);
  }

  get #before(): Statement {
    return this.#isDistributed ? this.#setOnNodes : this.#set;
  }
}

async function within<T>(tx: Queryable, settings: Settings, work: () => Promise<T>): Promise<T> {
  const rows = await tx.query<ReplacedRow>(replace([settings.names, settings.values]));
  const onNodes = rows[0]?.distributed === true;
  if (onNodes) await tx.query(setOnNodes(settings));
  const old = {
    names: rows.map((row) => row.name),
    // A setting that was never set can't be unset; where it is read, it is empty then.
    values: rows.map((row) => row.old ?? ""),
  };
  const restore = onNodes ? setOnNodes(old) : set([old.names, old.values]);
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
