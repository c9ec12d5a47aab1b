import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { KyselyStore } from "@waypost/kysely/store";
import { vectorCases } from "@waypost/testing/store";
import { CompiledQuery, Kysely, PGliteDialect } from "kysely";
import { afterAll } from "vitest";

const pglite = new PGlite({ extensions: { vector } });
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
afterAll(() => db.destroy());

vectorCases({
  name: "Kysely over PGlite with pgvector",
  embedded: true,
  async open(_url, options) {
    return {
      store: new KyselyStore(db, options),
      run: async (text) => (await db.executeQuery<object>(CompiledQuery.raw(text))).rows,
      close: async () => {},
    };
  },
});
