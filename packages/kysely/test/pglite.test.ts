import { PGlite } from "@electric-sql/pglite";
import { conformance } from "@waypost/conformance";
import { KyselySaver } from "@waypost/kysely";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll } from "vitest";

/** One for all tests, each in a schema of its own: starting one takes seconds. */
const pglite = new PGlite();
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
afterAll(() => db.destroy());

conformance({
  name: "Kysely over PGlite",
  embedded: true,
  async open(_url, options) {
    return { saver: new KyselySaver(db, options), close: async () => {} };
  },
});
