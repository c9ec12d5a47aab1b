import { PGlite } from "@electric-sql/pglite";
import { KyselySaver } from "@waypost/kysely";
import { CompiledQuery, type Dialect, Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import { connect } from "./postgres-js.ts";
import { POOL_SIZE, type Raw, type Subject } from "./subject.ts";

const rawOver =
  (db: Kysely<unknown>): Raw =>
  async ({ text, values }) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
    return rows as Record<string, unknown>[];
  };

const over = (name: string, wire: boolean, dialect: (url: string) => Dialect): Subject => ({
  name: `Kysely over ${name}`,
  driver: "kysely",
  main: wire,
  ours: true,
  wire,
  async open({ url, schema }) {
    const db = new Kysely<unknown>({ dialect: dialect(url) });
    return {
      saver: new KyselySaver(db, { schema }),
      raw: rawOver(db),
      close: () => db.destroy(),
    };
  },
});

/** Kysely itself decides what is prepared: nothing over pg; over postgres.js what its dialect sends. */
export const KYSELY_SUBJECTS: readonly Subject[] = [
  over(
    "pg",
    true,
    (url) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: POOL_SIZE }) }),
  ),
  over("postgres.js", true, (url) => new PostgresJSDialect({ postgres: connect(url, true) })),
  over("PGlite", false, () => new PGliteDialect({ pglite: new PGlite() })),
];
