import { PGlite } from "@electric-sql/pglite";
import { KyselySaver, preparedPool } from "@waypost/kysely";
import { CompiledQuery, type Dialect, Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import pg from "pg";
import { connect } from "./postgres-js.ts";
import { POOL_SIZE, type Raw, type Session, type Subject, type Target } from "./subject.ts";

const rawOver =
  (db: Kysely<unknown>): Raw =>
  async ({ text, values }) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
    return rows as Record<string, unknown>[];
  };

const session = (
  db: Kysely<unknown>,
  { schema, cacheBytes }: Target,
  close: () => Promise<void>,
): Session => ({
  saver: new KyselySaver(db, { schema, cacheBytes }),
  raw: rawOver(db),
  close,
});

const common = { driver: "kysely", ours: true } as const;

interface Over {
  readonly name: string;
  readonly main: boolean;
  readonly prepares: boolean;
}

const over = ({ name, main, prepares }: Over, dialect: (url: string) => Dialect): Subject => ({
  ...common,
  name: `Kysely over ${name}`,
  main,
  prepares,
  wire: true,
  async open(target) {
    const db = new Kysely<unknown>({ dialect: dialect(target.url) });
    return session(db, target, () => db.destroy());
  },
});

/** One for the whole run, as starting it takes seconds; it ends with this process. */
let pglite: PGlite | undefined;

const overPglite: Subject = {
  ...common,
  name: "Kysely over PGlite",
  main: false,
  prepares: false,
  wire: false,
  async open(target) {
    pglite ??= new PGlite();
    const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
    return session(db, target, async () => {});
  },
};

/** Kysely itself decides what is prepared: nothing over pg's own pool; over postgres.js what its dialect sends. */
export const KYSELY_SUBJECTS: readonly Subject[] = [
  over({ name: "pg", main: true, prepares: false }, (url) => {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
    return new PostgresDialect({ pool });
  }),
  over({ name: "pg, prepared", main: false, prepares: true }, (url) => {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
    return new PostgresDialect({ pool: preparedPool(pool) });
  }),
  over(
    { name: "postgres.js", main: true, prepares: true },
    (url) => new PostgresJSDialect({ postgres: connect(url, true) }),
  ),
  overPglite,
];
