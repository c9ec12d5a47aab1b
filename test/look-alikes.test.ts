import { InvalidInputError } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, MssqlDialect, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";

const works = () => {};
const withMethods = (...names: string[]) => Object.fromEntries(names.map((name) => [name, works]));
const callable = (...names: string[]) => Object.assign(() => {}, withMethods(...names));

// None of these connects.
const pool = new pg.Pool();
const sql = postgres("postgresql://localhost/database");
const overPg = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });

/** As Bun 1.4 has them; there all three kinds have the methods of the first. */
const BUN = ["unsafe", "file", "reserve", "array", "json", "flush", "begin", "end", "close"];
const bun = Object.assign(callable(...BUN), { options: { adapter: "postgres", max: 10 } });
/** As @neondatabase/serverless 1 has it. */
const neonClient = { ...withMethods("query", "connect", "end", "on", "off"), neonConfig: {} };

/** The shapes of clients that are no driver's, and what the error must say of each. */
const FOREIGN: [string, unknown, string][] = [
  ["Drizzle", { $client: pool, ...withMethods("select", "execute", "transaction") }, "db.$client"],
  ["pg-promise", { $pool: pool, ...withMethods("query", "any", "tx") }, "db.$pool"],
  [
    "TypeORM",
    withMethods("query", "createQueryRunner", "getRepository", "initialize", "destroy"),
    "dataSource.driver.master",
  ],
  ["Knex", Object.assign(callable("raw", "transaction"), { client: {}, migrate: {} }), "Knex"],
  ["Prisma", withMethods("$queryRawUnsafe", "$transaction", "$connect"), "Prisma"],
  ["PGlite", withMethods("query", "exec", "execProtocol", "dumpDataDir"), "PGliteDialect"],
  ["Bun", bun, "SQL client of Bun"],
  ["Bun, reserved", Object.assign(callable(...BUN, "release"), { options: {} }), "client of Bun"],
  ["Bun, in a transaction", callable(...BUN, "savepoint"), "SQL client of Bun"],
  ["neon()", callable("query", "unsafe", "transaction"), "neon()"],
  ["a Client of Neon", neonClient, "a Pool of that package"],
  ["null", null, "This is null."],
  ["a connection string", "postgresql://ann:hunter2@localhost/app", "This is a string."],
  ["the options of a client", { connectionString: "…" }, "make a client with them"],
  ["a client that is not awaited", Promise.resolve(neonClient), "await it"],
  [
    "a transaction of Kysely that is not executed",
    overPg.transaction(),
    "what its execute() gives",
  ],
  ["a transaction that is not started", overPg.startTransaction(), "what its execute() gives"],
  ["a connection of Kysely that is not executed", overPg.connection(), "hands to your callback"],
  ["the class Pool", pg.Pool, "pass what it makes"],
  ["the module pg", pg, "new pg.Pool"],
  ["the module postgres", postgres, "pass what it returns"],
  ["a saver", new PgSaver(pool), "pass the client that it was made with"],
  ["sql of Vercel", callable("query", "connect", "end"), "createPool()"],
];

const SAVERS: [string, new (client: never, options?: never) => unknown][] = [
  ["PgSaver", PgSaver],
  ["PostgresJsSaver", PostgresJsSaver],
  ["KyselySaver", KyselySaver],
];

describe.each(SAVERS)("%s", (name, Saver) => {
  const own = { PgSaver: pool, PostgresJsSaver: sql, KyselySaver: overPg }[name];
  const others: [string, unknown, string][] = [
    ["a Pool of pg", pool, "use PgSaver"],
    ["a Client of pg", new pg.Client(), "use PgSaver"],
    ["a client of postgres.js", sql, "use PostgresJsSaver"],
    ["a Kysely", overPg, "use KyselySaver"],
  ];

  it.each(FOREIGN)("refuses %s before it connects, and says what to pass", (_, client, said) => {
    expect(() => new Saver(client as never)).toThrow(InvalidInputError);
    expect(() => new Saver(client as never)).toThrow(said);
    expect(() => new Saver(own as never, { read: client } as never)).toThrow(said);
  });

  it.each(others.filter(([, , said]) => said !== `use ${name}`))(
    "refuses %s, and names its saver",
    (_, client, said) => {
      expect(() => new Saver(client as never)).toThrow(InvalidInputError);
      expect(() => new Saver(client as never)).toThrow(said);
    },
  );
});

describe("KyselySaver", () => {
  const dialects = {
    MySQL: new MysqlDialect({ pool: {} as never }),
    SQLite: new SqliteDialect({ database: {} as never }),
    "SQL Server": new MssqlDialect({
      tarn: { Pool: class {} as never, options: { min: 0, max: 1 } },
      tedious: {} as never,
    }),
  };

  it.each(Object.entries(dialects))("refuses a Kysely over %s", (_, dialect) => {
    const db = new Kysely<unknown>({ dialect });
    expect(() => new KyselySaver(db)).toThrow(InvalidInputError);
    expect(() => new KyselySaver(db)).toThrow("must be one of Postgres");
    expect(() => new KyselySaver(overPg, { read: db })).toThrow("must be one of Postgres");
  });
});
