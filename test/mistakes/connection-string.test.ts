import { createTables, databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { InvalidInputError } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { describe, expect, it } from "vitest";
import { ALL, FROM_STRING, OVER_CLIENT } from "./clients.ts";
import { mistake, PASSWORD, read } from "./mistake.ts";

const GOOD = `postgresql://ann:${PASSWORD}@127.0.0.1:1/app`;

/** What is passed to `fromConnString`, and what the error must say. */
const STRINGS: [what: string, url: unknown, says: string][] = [
  ["nothing", undefined, "this is undefined. Is DATABASE_URL set?"],
  ["null", null, "this is null. Is DATABASE_URL set?"],
  ["an empty string", "", 'this is "". Is DATABASE_URL set?'],
  ["the text undefined", "undefined", 'this is "undefined". Is DATABASE_URL set?'],
  ["an object", {}, "this is an object. Pass clients and pools to the constructor."],
  ["a URL in double quotes", `"${GOOD}"`, "is in quotes"],
  ["a URL in single quotes", `'${GOOD}'`, "is in quotes"],
  ["a URL behind a name", `DATABASE_URL=${GOOD}`, "begins with the name of a variable"],
  ["a URL without its scheme", GOOD.slice("postgresql://".length), "has no scheme"],
  ["keys and values", `host=localhost user=ann password=${PASSWORD}`, "keys and values"],
  ["a URL of MySQL", `mysql://ann:${PASSWORD}@localhost/app`, "Waypost needs Postgres"],
  ["a URL of MongoDB", `mongodb+srv://ann:${PASSWORD}@localhost/app`, "Waypost needs Postgres"],
  ["a URL of SQLAlchemy", GOOD.replace(":", "+psycopg:"), 'begin it with "postgresql://"'],
  ["a URL of JDBC", `jdbc:postgresql://localhost/app?password=${PASSWORD}`, "leave out jdbc:"],
  ["a URL of Prisma", `prisma+postgres://localhost/?api_key=${PASSWORD}`, "DIRECT_URL"],
  ["the address of a web service", "https://app.supabase.co", "a web service"],
  ["a password with #", GOOD.replace("@", "#1@"), "encodeURIComponent"],
  ["a password with /", GOOD.replace("@", "/1@"), "encodeURIComponent"],
  ["a password with ?", GOOD.replace("@", "?x@"), "encodeURIComponent"],
];

describe.each(Object.entries(FROM_STRING))("%s", (name, connect) => {
  it.each(STRINGS)("%s is refused before it connects", async (_, url, says) => {
    const error = await mistake(connect, url as string);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain(says);
    expect(error.message).toContain("postgresql://user:password@host:5432/database");
  });

  it("a password that begins with digits and / is no port", async () => {
    const error = await mistake(connect, GOOD.replace(PASSWORD, `12/${PASSWORD}`));
    expect(error.message).toContain("encodeURIComponent");
  });

  it("a string that ends with a new line is taken, as a file has one", async () => {
    expect(await mistake(connect, `${GOOD}\n`)).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("several hosts are refused or used", async () => {
    const { port } = new URL(databaseUrl());
    const url = databaseUrl().replace(`127.0.0.1:${port}`, `127.0.0.1:1,127.0.0.1:${port}`);
    if (name.startsWith("postgres.js")) {
      await withSchema(async (schema) => {
        await createTables(schema);
        const { saver, end } = connect(url, { schema });
        expect(await read(saver)).toBeUndefined();
        await end();
      });
    } else {
      const error = await mistake(connect, url);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.message).toContain("names several hosts, and pg connects to one");
    }
  });
});

/** Over a client that was made of it, a string is parsed when the client connects. */
describe.each(Object.entries(OVER_CLIENT).filter(([name]) => name.endsWith("pg")))(
  "%s",
  (_, connect) => {
    it.each(STRINGS.filter(([what]) => what.startsWith("a password")))(
      "%s is refused, and not shown",
      async (_, url) => {
        const error = await mistake(connect, url as string);
        expect(error).toBeInstanceOf(InvalidInputError);
        expect(error.message).toContain("The connection string can't be parsed.");
      },
    );
  },
);

/** Prisma, Neon and libpq have them; Postgres does not know them. */
const FOREIGN = ["pgbouncer=true", "schema=public", "channel_binding=require&connection_limit=1"];

describe.each(Object.entries(ALL))("%s", (name, connect) => {
  it.each(FOREIGN)("%s of another client does no harm, or is named", async (parameters) => {
    const url = `${databaseUrl()}?sslmode=disable&${parameters}`;
    const [parameter] = parameters.split("=");
    if (name === "postgres.js") {
      const error = await mistake(connect, url);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.message).toContain(`The parameter "${parameter}" of the connection string`);
    } else if (name === "Kysely over postgres.js") {
      const error = await mistake(connect, url);
      expect(error.code).toBe("42704");
      expect(error.message).toContain("does not know a parameter of the connection string");
    } else {
      await withSchema(async (schema) => {
        await createTables(schema);
        const { saver, end } = connect(url, { schema });
        expect(await read(saver)).toBeUndefined();
        await end();
      });
    }
  });

  it("a file of certificates that is not there is named, or its parameter is", async () => {
    if (name === "Kysely over postgres.js") return; // as above: the server refuses the parameter
    const error = await mistake(connect, `${databaseUrl()}?sslrootcert=/none.pem`);
    expect(error.message).toMatch(/"\/none\.pem"|"sslrootcert"|file that the connection settings/);
  });
});

it("KyselySaver, which takes no string, does not show it", () => {
  expect(() => new KyselySaver(GOOD as never)).toThrow(
    "Pass a Kysely or a transaction of it. This is a string.",
  );
});
