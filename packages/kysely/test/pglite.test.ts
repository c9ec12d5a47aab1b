import { PGlite } from "@electric-sql/pglite";
import { KyselySaver } from "@waypost/kysely";
import { suite } from "@waypost/testing";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll } from "vitest";

/** One for all tests, each in a schema of its own: starting one takes seconds. */
const pglite = new PGlite();
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
afterAll(() => db.destroy());

suite({
  name: "Kysely over PGlite",
  embedded: true,
  async open(_url, options) {
    return { saver: new KyselySaver(db, options), close: async () => {} };
  },
});
