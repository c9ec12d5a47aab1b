import type { Driver, Queryable, Statement } from "../driver/driver.js";
import { template } from "../driver/template.js";
import { InvalidInputError, WaypostError } from "../errors/errors.js";
import { text } from "../input/config.js";
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
    text((session as Record<string, unknown>)[name], `session.${name}`),
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
export function withSession(driver: Driver, settings: Settings): Driver {
  const before = set([settings.names, settings.values]);
  const onNodes = setOnNodes(settings);
  /** Told by the first transaction. */
  let isDistributed: boolean | undefined;
  const begin = async (tx: Queryable) => {
    if (isDistributed !== true) {
      const [row] = await tx.query<SetRow>(before);
      isDistributed = row?.distributed;
    }
    if (isDistributed) await tx.query(onNodes);
  };
  const transaction: Driver["transaction"] = (work) =>
    driver.transaction(async (tx) => {
      if (tx.joined) return within(tx, settings, () => work(tx));
      await begin(tx);
      return work(tx);
    });
  const query: Driver["query"] = async <Row extends object>(
    statement: Statement,
    signal?: AbortSignal,
  ) => {
    // Sent before the answer to it is there, so what to send must be known.
    const first = isDistributed ? onNodes : before;
    const rows =
      isDistributed === undefined
        ? undefined
        : await driver.queryAfter?.<Row>(first, statement, signal);
    return (
      rows ??
      (await transaction((tx) => {
        signal?.throwIfAborted();
        return tx.query<Row>(statement);
      }))
    );
  };
  const stream: Driver["stream"] = async function* (statement, batch) {
    isDistributed ??= (await driver.query<SetRow>(isDistributedStatement()()))[0]?.distributed;
    yield* driver.stream(statement, batch, isDistributed ? onNodes : before);
  };
  return {
    client: driver.client,
    bytes: driver.bytes,
    lockScope: () => driver.lockScope(),
    get recovery() {
      return driver.recovery;
    },
    query,
    transaction,
    stream,
    close: () => driver.close(),
  };
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
