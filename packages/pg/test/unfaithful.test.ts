import {
  checkpoint,
  databaseUrl,
  METADATA,
  thread,
  withSchema,
} from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";

const refused = (hint: string) => ({
  code: "WAYPOST_INVALID_INPUT",
  message: expect.stringContaining(hint),
});

describe("a client of pg that reads or stores other values than it is given", () => {
  afterEach(() => {
    pg.defaults.binary = false;
  });

  it("is refused with binary: true", () => {
    const options = { connectionString: databaseUrl(), binary: true };
    for (const client of [new pg.Pool(options), new pg.Client(options)]) {
      expect(() => new PgSaver(client)).toThrow(expect.objectContaining(refused("binary: true")));
      const read = { read: client };
      expect(() => new PgSaver(new pg.Pool(), read)).toThrow("binary: true");
    }
  });

  it("is refused before anything is written where pg.defaults say so", () =>
    withSchema(async (schema) => {
      pg.defaults.binary = true;
      const pool = new pg.Pool({ connectionString: databaseUrl() });
      await expect(new PgSaver(pool, { schema }).setup()).rejects.toMatchObject(
        refused("binary: true"),
      );
      await pool.end();
    }));

  it("is refused over libpq", () => {
    // As pg's lib/native/client.js is, which can be loaded only where pg-native was compiled.
    class NativeClient {
      readonly native = {};
      isConnected() {}
      getTransactionStatus() {}
      query() {}
    }
    const pool = Object.assign(new pg.Pool(), { Client: NativeClient });
    for (const client of [pool, new NativeClient()]) {
      const open = () => new PgSaver(client as never);
      expect(open).toThrow(expect.objectContaining(refused("pg.native")));
    }
  });

  it("is none for the parsers that its owner set, on it or for all", () =>
    withSchema(async (schema) => {
      const types = { getTypeParser: () => () => "odd" } as never;
      const pool = new pg.Pool({ connectionString: databaseUrl(), types });
      const saver = new PgSaver(pool, { schema, cacheBytes: 0 });
      await saver.setup();
      const stored = checkpoint({ bytes: Uint8Array.from([0, 255, 0]), text: "text" });
      await saver.put(thread("1"), stored, METADATA, stored.channel_versions);
      expect((await saver.getTuple(thread("1")))?.checkpoint).toEqual(stored);
      await pool.end();
    }));
});
