import { PreparedNames, processWide } from "@waypost/core/adapter";

/** A `Pool` of pg, as `preparedPool` uses it. */
export interface PgPool {
  /** Lends a client. */
  connect(callback: (error: Error | undefined, client: PgPoolClient | undefined) => void): unknown;
}

/** A client that a pool lends, as `preparedPool` uses it. */
export interface PgPoolClient {
  /** Runs a query. */
  query: unknown;
  /** Returns the client to its pool, which closes it if there was an error. */
  release(error?: Error | boolean): void;
  /** Listens for the loss of the connection. */
  on(event: "error", listener: () => void): unknown;
  /** Ends listening. */
  off(event: "error", listener: () => void): unknown;
}

/** Names of the savers' statements by their text, which is all that Kysely hands on. */
const names = processWide("statement-names", () => new Map<string, string>());

/** Lets prepared pools know a statement that a saver sends. */
export function knowStatement(text: string, name: string): void {
  if (name !== "") names.set(text, name);
}

/**
 * A pool of pg for `PostgresDialect`, which prepares the statements of savers on the server. Kysely names
 * none, so that the server plans each anew. What is not a saver's it passes on as it is. A connection
 * that is lost while Kysely has it is an error of the query; Kysely itself listens to none, and Node ends
 * a process whose `error` event has no listener. Not for a pooler that loses prepared statements, as
 * PgBouncer before 1.21 does.
 *
 * @param pool the pool itself, which stays the one to listen to and to end
 * @example
 * const dialect = new PostgresDialect({ pool: preparedPool(pool) });
 * const saver = new KyselySaver(new Kysely({ dialect }));
 */
export function preparedPool<Pool extends PgPool>(pool: Pool): Pool {
  // Kysely knows its connections by their clients, so that each must stay one object.
  const clients = new WeakMap<object, PgPoolClient>();
  const prepared = (client: PgPoolClient) => {
    const known = clients.get(client) ?? listened(client);
    clients.set(client, known);
    return known;
  };
  const connect = () =>
    new Promise<PgPoolClient>((resolve, reject) => {
      let taken = false;
      const take = (client: PgPoolClient | undefined) => {
        if (client === undefined || taken) return;
        taken = true;
        client.on("error", ignore);
        resolve(prepared(client));
      };
      // By its callback: a connection may be lost before a promise of it goes on.
      const connecting = pool.connect((error, client) => {
        if (error) reject(error);
        else take(client);
      });
      // A pool that its owner has wrapped may know promises only.
      Promise.resolve(connecting as PgPoolClient | undefined).then(take, reject);
    });
  return over(pool, { connect });
}

/** A lost connection fails the query that waits for it, and the next one; pg says so in both. */
const ignore = () => {};

function listened(client: PgPoolClient): PgPoolClient {
  return over(client, {
    query: preparing(client),
    release: (error?: Error | boolean) => {
      client.off("error", ignore);
      client.release(error);
    },
  });
}

type Query = (query: unknown, ...rest: unknown[]) => unknown;

function preparing(client: PgPoolClient): Query {
  const query = (client.query as Query).bind(client);
  const prepared = new PreparedNames();
  return (text, ...rest) => {
    const name = typeof text === "string" ? names.get(text) : undefined;
    const isNamed = name !== undefined && prepared.admits(name);
    return query(isNamed ? { name, text } : text, ...rest);
  };
}

/** The same object with other methods. All else is called on the object itself, which may have private fields. */
function over<Target extends object>(target: Target, methods: object): Target {
  return new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(methods, key)) return Reflect.get(methods, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
}
