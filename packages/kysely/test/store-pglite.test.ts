import { PGlite } from "@electric-sql/pglite";
import { KyselyStore } from "@waypost/kysely/store";
import { storeSuite } from "@waypost/testing/store";
import { CompiledQuery, Kysely, PGliteDialect } from "kysely";
import { afterAll } from "vitest";

/** One for all tests, each in a schema of its own: starting one takes seconds. */
const pglite = new PGlite();
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
afterAll(() => db.destroy());

storeSuite({
  name: "Kysely over PGlite",
  embedded: true,
  async open(_url, options) {
    return {
      store: new KyselyStore(db, options),
      run: async (text) => (await db.executeQuery<object>(CompiledQuery.raw(text))).rows,
      close: async () => {},
    };
  },
});
