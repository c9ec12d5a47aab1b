import { InvalidInputError } from "../errors/errors.js";

type Shape = Readonly<Record<string, unknown>>;

const methods = (client: Shape, ...names: string[]): boolean =>
  names.every((name) => typeof client[name] === "function");

/** What is made over a client; the names of classes end with it. */
export type Made = "Saver" | "Store";

/**
 * Clients that savers are given by mistake, what each is told by, and what to use instead; `*` stands for
 * what is made. By shape: an application may hold two copies of a library, and then instanceof lies. The
 * first that fits counts.
 */
const LOOK_ALIKES: readonly [name: string, is: (client: Shape) => boolean, instead: string][] = [
  ["a database of Drizzle", (c) => "$client" in c, "pass its client, `db.$client`"],
  ["a database of pg-promise", (c) => "$pool" in c, "pass its pool, `db.$pool`, to Pg*"],
  [
    "a DataSource of TypeORM",
    (c) => methods(c, "createQueryRunner", "getRepository"),
    "pass its pool, `dataSource.driver.master`, to Pg*",
  ],
  [
    "a Knex",
    (c) => methods(c, "raw", "transaction") && "client" in c && "migrate" in c,
    "make a Pool of pg beside it for Pg*",
  ],
  [
    "a client of Prisma",
    (c) => methods(c, "$queryRawUnsafe", "$transaction"),
    "make a Pool of pg beside it for Pg*",
  ],
  [
    "a Kysely",
    (c) => methods(c, "getExecutor", "withoutPlugins"),
    "use Kysely* of @waypost/kysely",
  ],
  [
    "a PGlite",
    (c) => methods(c, "execProtocol", "dumpDataDir"),
    "use Kysely* of @waypost/kysely with its PGliteDialect",
  ],
  [
    "the `sql` of @vercel/postgres",
    (c) => typeof c === "function" && methods(c, "connect", "query", "end"),
    "pass what its createPool() returns to Pg*",
  ],
  [
    "the SQL client of Bun",
    (c) => methods(c, "unsafe", "begin", "reserve") && !("typed" in c),
    "use postgres() of the package postgres, or a Pool of pg; both run on Bun",
  ],
  [
    "the neon() of @neondatabase/serverless",
    (c) => methods(c, "unsafe", "transaction", "query"),
    "it can't keep a transaction open; pass a Pool of that package to Pg*",
  ],
  [
    "a client of postgres.js",
    (c) => methods(c, "unsafe", "typed"),
    "use PostgresJs* of @waypost/postgres-js",
  ],
  [
    "a Client of @neondatabase/serverless",
    (c) => "neonConfig" in c && methods(c, "query"),
    "pass a Pool of that package to Pg*",
  ],
  [
    "the configuration of the official store",
    (c) => "connectionOptions" in c,
    "pass its `connectionOptions` to Pg*.fromConnString, or a Pool of pg made with them to Pg*",
  ],
  [
    "a client of pg",
    (c) => methods(c, "query", "connect") && ("totalCount" in c || "getTransactionStatus" in c),
    "use Pg* of @waypost/pg",
  ],
  ["a saver", (c) => methods(c, "getTuple", "putWrites"), "pass the client that it was made with"],
  ["a promise", (c) => methods(c, "then"), "await it, and pass what it resolves to"],
  [
    "a builder of Kysely, such as `db.transaction()`",
    (c) => methods(c, "execute"),
    "pass what its execute() gives, or hands to your callback",
  ],
  ["the module pg", (c) => methods(c, "Pool", "Client"), "pass a `new pg.Pool(…)`"],
  ["the module postgres", (c) => methods(c, "toPascal", "fromPascal"), "pass what it returns"],
  ["the options of a client", (c) => "connectionString" in c, "make a client with them"],
  ["a function or class", (c) => typeof c === "function", "pass what it makes"],
];

/**
 * Refuses a client that is not the driver's.
 *
 * @param pass what to pass, as a sentence
 */
export function refuseClient(client: unknown, pass: string, made: Made = "Saver"): never {
  if (client === undefined || client === null || typeof client === "string") {
    // Not shown: a connection string holds a password.
    const what = typeof client === "string" ? "a string" : String(client);
    throw new InvalidInputError(`${pass} This is ${what}.`);
  }
  const shaped = typeof client === "object" || typeof client === "function";
  const found = shaped ? LOOK_ALIKES.find(([, is]) => is(client as Shape)) : undefined;
  const advice =
    found === undefined ? "" : ` This is ${found[0]}: ${found[2].replaceAll("*", made)}.`;
  throw new InvalidInputError(`${pass}${advice}`);
}
