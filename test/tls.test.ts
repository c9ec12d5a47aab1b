import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Session } from "@waypost/conformance";
import { thread } from "@waypost/conformance/fixtures";
import type { OperationEvent } from "@waypost/core";
import { KyselySaver } from "@waypost/kysely";
import { PgSaver } from "@waypost/pg";
import { PostgresJsSaver } from "@waypost/postgres-js";
import { type Dialect, Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority, hasOpenssl } from "./certificates.ts";
import { TlsServer } from "./tls-server.ts";

/** Connects by a URL, and trusts this authority and no other. */
type Open = (url: string, authority: Authority) => Session;

const overPool: Open = (url, { certificate }) => {
  const pool = new pg.Pool({ connectionString: url, ssl: { ca: certificate } });
  return { saver: new PgSaver(pool), close: () => pool.end() };
};

const byConnectionString: Open = (url, { file }) => {
  const saver = PgSaver.fromConnString(
    `${url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(file)}`,
  );
  return { saver, close: () => saver.end() };
};

/** It takes the name to verify from this option only where the host is an address. */
const postgresJs = (url: string, { certificate }: Authority) =>
  postgres(url, {
    onnotice: () => {},
    ssl: { ca: certificate, host: new URL(url).hostname },
  });

const overPostgresJs: Open = (url, authority) => {
  const sql = postgresJs(url, authority);
  return { saver: new PostgresJsSaver(sql), close: () => sql.end({ timeout: 1 }) };
};

const overKysely =
  (dialect: (...args: Parameters<Open>) => Dialect): Open =>
  (url, authority) => {
    const db = new Kysely<unknown>({ dialect: dialect(url, authority) });
    return { saver: new KyselySaver(db), close: () => db.destroy() };
  };

const DRIVERS: readonly [string, Open][] = [
  ["pg", overPool],
  ["pg, by connection string", byConnectionString],
  ["postgres.js", overPostgresJs],
  [
    "Kysely over pg",
    overKysely((url, { certificate }) => {
      const pool = new pg.Pool({ connectionString: url, ssl: { ca: certificate } });
      return new PostgresDialect({ pool });
    }),
  ],
  [
    "Kysely over postgres.js",
    overKysely((url, authority) => new PostgresJSDialect({ postgres: postgresJs(url, authority) })),
  ],
];

/** What an operation came to, and how often it was tried. */
async function connect(open: Open, url: string, authority: Authority) {
  const events: OperationEvent[] = [];
  const listen = (event: unknown) => events.push(event as OperationEvent);
  const session = open(url, authority);
  subscribe("waypost.operation", listen);
  try {
    await session.saver.setup();
    await session.saver.getTuple(thread("1"));
    return "connected";
  } catch (error) {
    expect(events.map(({ tries }) => tries)).toEqual([1]);
    return error;
  } finally {
    unsubscribe("waypost.operation", listen);
    await session.close();
  }
}

const refused = (code: string) =>
  expect.objectContaining({
    code,
    message: `setup failed: the server's certificate was refused; check the certificate authority that the client trusts (ssl: { ca }) and the host name (${code}).`,
  });

const UNKNOWN_AUTHORITY = refused("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
const OTHER_NAME = refused("ERR_TLS_CERT_ALTNAME_INVALID");

if (!hasOpenssl) {
  it.skip("TLS (openssl, which makes the certificates, is not installed)", () => {});
} else {
  describe("TLS", () => {
    let server: TlsServer;
    let trusted: Authority;
    let other: Authority;
    beforeAll(async () => {
      trusted = new Authority();
      other = new Authority();
      server = await TlsServer.start();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      trusted?.[Symbol.dispose]();
      other?.[Symbol.dispose]();
    });

    describe.each([
      ["localhost", "DNS:localhost", "127.0.0.1"],
      ["127.0.0.1", "IP:127.0.0.1", "localhost"],
    ])("to a server whose certificate is for %s", (host, names, otherName) => {
      beforeAll(() => server.use(trusted, names));

      it.each(DRIVERS)("%s connects by that name", async (_, open) => {
        expect(await connect(open, server.url(host), trusted)).toBe("connected");
      });

      it.each(DRIVERS)("%s refuses another name at once", async (_, open) => {
        expect(await connect(open, server.url(otherName), trusted)).toEqual(OTHER_NAME);
      });

      it.each(DRIVERS)(
        "%s refuses the authority that it does not know at once",
        async (_, open) => {
          expect(await connect(open, server.url(host), other)).toEqual(UNKNOWN_AUTHORITY);
        },
      );
    });
  });
}
