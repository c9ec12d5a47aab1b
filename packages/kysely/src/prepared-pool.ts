/** The slice of a pool of pg that is used. */
export interface PgPool {
  connect(): Promise<object>;
}

/** Names of the savers' statements by their text, which is all that Kysely hands on. */
const names = new Map<string, string>();

/** Lets prepared pools know a statement that a saver sends. */
export function knowStatement(text: string, name: string): void {
  if (name !== "") names.set(text, name);
}

/**
 * A pool of pg for `PostgresDialect`, which prepares the statements of savers on the server. Kysely names
 * none, so that the server plans each anew. What is not a saver's it passes on as it is. Not for a
 * pooler that loses prepared statements, as PgBouncer before 1.21 does.
 *
 * @param pool the pool itself, which stays the one to listen to and to end
 * @example
 * const dialect = new PostgresDialect({ pool: preparedPool(pool) });
 * const saver = new KyselySaver(new Kysely({ dialect }));
 */
export function preparedPool<Pool extends PgPool>(pool: Pool): Pool {
  // Kysely knows its connections by their clients, so that each must stay one object.
  const clients = new WeakMap<object, object>();
  const prepared = (client: object) => {
    const known = clients.get(client) ?? over(client, "query", preparing(client));
    clients.set(client, known);
    return known;
  };
  return over(pool, "connect", async () => prepared(await pool.connect()));
}

type Query = (query: unknown, ...rest: unknown[]) => unknown;

function preparing(client: object): Query {
  const query = (client as { query: Query }).query.bind(client);
  return (text, ...rest) => {
    const name = typeof text === "string" ? names.get(text) : undefined;
    return query(name === undefined ? text : { name, text }, ...rest);
  };
}

/** The same object with another method. All else is called on the object itself, which may have private fields. */
function over<Target extends object>(target: Target, method: string, work: unknown): Target {
  return new Proxy(target, {
    get(_, key) {
      if (key === method) return work;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
}
