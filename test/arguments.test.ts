import { inspect } from "node:util";
import { encrypt, InvalidInputError, serializer } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";

type Saver = new (...passed: unknown[]) => unknown;

// None of these connects.
const pool = new pg.Pool();
const overPool = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
const URL = "postgresql://localhost/database";

const fromString =
  (saver: { fromConnString: unknown }): ((...passed: unknown[]) => unknown) =>
  (...passed) =>
    (saver.fromConnString as (...passed: unknown[]) => unknown)(...passed);

const create =
  (saver: unknown): ((...passed: unknown[]) => unknown) =>
  (...passed) =>
    new (saver as Saver)(...passed);

const CALLS: [string, (...passed: unknown[]) => unknown, unknown][] = [
  ["new PgSaver", create(PgSaver), pool],
  ["new PostgresJsSaver", create(PostgresJsSaver), postgres(URL)],
  ["new KyselySaver", create(KyselySaver), overPool],
  ["PgSaver.fromConnString", fromString(PgSaver), URL],
  ["PostgresJsSaver.fromConnString", fromString(PostgresJsSaver), URL],
];

describe.each([PgSaver, PostgresJsSaver])("%o.fromConnString", (saver) => {
  const call = fromString(saver);

  it.each([
    "postgresql://app:s3cret#pw@db.example/app",
    "postgresql://app:s3cret/pw@db.example/app",
    "postgresql://app:s3cret?pw@db.example/app",
    "postgresql://app:123#s3cret@db.example/app",
    "postgresql://app:123/s3cret@db.example/app",
    "postgresql://app:s3cret@db.example:port/app",
  ])("refuses %s without showing it", (uri) => {
    let thrown: unknown;
    try {
      call(uri);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidInputError);
    expect((thrown as Error).message).toContain("encodeURIComponent");
    expect(inspect(thrown, { depth: 9, showHidden: true })).not.toMatch(/s3cret|db\.example/);
  });

  it.each([
    "postgresql://app:s3%23cret%40@db.example:5432/app?application_name=x",
    "postgres://app@[::1]:5432/app",
    "postgresql://app@db.example/app?user=me%40there",
  ])("takes %s", (uri) => {
    expect(() => call(uri)).not.toThrow();
  });
});

describe.each(CALLS)("%s", (_, call, client) => {
  const refused = (...passed: unknown[]) => expect(() => call(client, ...passed));

  it("refuses a serializer in place of the options, which would store clear text", () => {
    const serde = encrypt(serializer(), { keys: [{ id: "one", key: new Uint8Array(32) }] });
    refused(serde).toThrow("not a serializer; pass { serde: … }");
    refused(serde, { schema: "agents" }).toThrow("not a serializer; pass { serde: … }");
  });

  it("refuses the official saver's order, whose options come third", () => {
    refused(undefined, { schema: "agents" }).toThrow("takes two arguments");
    refused({}, undefined).toThrow("takes two arguments");
  });

  it.each([null, [], "agents", 1])("refuses %o in place of the options", (options) => {
    refused(options).toThrow("The options of the saver must be an object");
    refused(options).toThrow(InvalidInputError);
  });

  it("refuses a key that the options inherit", () => {
    refused(Object.create({ shema: "agents" })).toThrow('Did you mean "schema"?');
    expect(() => call(client, Object.create({ schema: "agents" }))).not.toThrow();
  });
});
