import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { KyselySaver, type SaverOptions } from "@waypost/kysely";
import { Kysely, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";

const BYTES = Uint8Array.from([1, 2, 0, 3, 128, 255]);

/** pg's types do not know it. */
const BINARY = { binary: true } as pg.PoolConfig;

const overPg = (options: pg.PoolConfig) =>
  new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl(), ...options }) });

const overPostgresJs = (types: Record<string, postgres.PostgresType>) =>
  new PostgresJSDialect({ postgres: postgres(databaseUrl(), { onnotice: () => {}, types }) });

const odd = (oid: number) => ({
  odd: { to: oid, from: [oid], serialize: String, parse: () => "odd" },
});
const trimmed = {
  trimmed: { to: 25, from: [], serialize: (x: string) => x.trim(), parse: String },
};
const parsing = (type: number, parse: (text: string) => unknown) => ({
  types: { getTypeParser: (oid: number) => (oid === type ? parse : pg.types.getTypeParser(oid)) },
});

describe("Kysely over a client that changes values", () => {
  it.each([
    ["binary: true of pg", () => overPg(BINARY), "binary: true"],
    ["a parser of pg for bytea", () => overPg(parsing(17, (text) => text)), "returns bytea"],
    ["a parser of pg for int4", () => overPg(parsing(23, BigInt)), "returns int4"],
    ["a parser of pg for text", () => overPg(parsing(25, (text) => text.trim())), "returns text"],
    ["a parser of postgres.js", () => overPostgresJs(odd(17)), "returns bytea"],
    ["a serializer of postgres.js", () => overPostgresJs(trimmed), "binds text"],
  ] as const)("%s: is refused before anything is written", async (_, dialect, hint) => {
    await using db = new Kysely<unknown>({ dialect: dialect() });
    const setup = new KyselySaver(db, { schema: "never_made" }).setup();
    await expect(setup).rejects.toMatchObject({
      code: "WAYPOST_INVALID_INPUT",
      message: expect.stringContaining(hint),
    });
  });
});

describe("Kysely over postgres.js, while its prepared statements are lost", () => {
  it.each<[string, SaverOptions]>([
    ["statements alone", {}],
    ["transactions of the saver", { session: { "app.tenant": "a" } }],
  ])("%s: loses nothing, and ends", (_, options) =>
    withSchema(async (schema) => {
      const sql = postgres(databaseUrl(), { max: 4, onnotice: () => {} });
      await using db = new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: sql }) });
      const saver = new KyselySaver(db, { ...options, schema, cacheBytes: 0 });
      await saver.setup();
      const writers = Array.from({ length: 8 }, async (_, id) => {
        let config: object = thread(`${id}`);
        for (let turn = 0; turn < 6; turn++) {
          const stored = checkpoint({ bytes: BYTES, text: `${id} ${turn}` });
          config = await saver.put(config, stored, METADATA, stored.channel_versions);
          await saver.putWrites(config, [["y", BYTES]], "task");
          const tuple = await saver.getTuple(thread(`${id}`));
          expect(tuple?.checkpoint).toEqual(stored);
          expect(tuple?.pendingWrites).toEqual([["task", "y", BYTES]]);
        }
      });
      let done = false;
      const deallocate = async () => {
        while (!done) await sql.unsafe("DEALLOCATE ALL");
      };
      const losing = deallocate();
      await Promise.all(writers).finally(() => {
        done = true;
      });
      await losing;
    }),
  );
});
