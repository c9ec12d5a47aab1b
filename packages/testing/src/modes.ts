import { type Mode, saverOrEnd, transactionMode } from "@waypost/conformance";
import { CamelCasePlugin } from "kysely";
import postgres from "postgres";
import {
  type Begin,
  KINDS,
  type Kind,
  kysely,
  overPg,
  postgresJs,
  TRANSACTIONS,
} from "./kinds/index.ts";

/** What a mode is known to do that its kind does not say. */
type Traits = Omit<Mode, "name" | "open" | "begin">;

const modeOf = (name: string, kind: Kind, traits: Traits = {}): Mode => ({
  name,
  cursor: kind.cursor,
  single: kind.single,
  ...traits,
  async open(url, options) {
    const { saver, close } = await kind.connect(url);
    return { saver: await saverOrEnd(() => saver(options), close), close };
  },
});

const transactionOf = (name: string, begin: Begin, session?: Mode["session"]): Mode =>
  transactionMode(
    name,
    async (url, options) => {
      const { saver, run, end } = await begin(url);
      return {
        saver: await saverOrEnd(
          () => saver(options),
          () => end("rollback"),
        ),
        run,
        end,
      };
    },
    session,
  );

/** postgres.js sends its own COMMIT behind the one of a statement, without waiting. */
const POSTGRES_JS: Traits = {
  reconnects: true,
  transactionOverhead: 3,
  session: { statements: 5, exchanges: 4 },
};

/** Every mode in which the adapters are tested, but for PGlite's. */
export const MODES = {
  pgPool: modeOf("pg Pool", KINDS["pg Pool"], { reconnects: true }),
  pgClient: modeOf("pg Client", KINDS["pg Client"]),
  pgPipelined: modeOf("pg Client, pipelined", KINDS["pg Client, pipelined"], {
    pipelined: true,
    session: { statements: 4, exchanges: 1 },
  }),
  pgTransaction: transactionOf("pg PoolClient in a transaction", TRANSACTIONS["pg PoolClient"]),
  postgresJs: modeOf("postgres.js", KINDS["postgres.js"], POSTGRES_JS),
  postgresJsSingle: modeOf("postgres.js, max: 1", postgresJs({ max: 1 }), {
    ...POSTGRES_JS,
    poolOfOne: true,
  }),
  postgresJsUnprepared: modeOf("postgres.js, prepare: false", postgresJs({ prepare: false }), {
    ...POSTGRES_JS,
    session: { statements: 5, exchanges: 6 }, // each is described before
  }),
  postgresJsCamelCase: modeOf(
    "postgres.js, no types fetched, names in camel case",
    postgresJs({ fetch_types: false, transform: postgres.camel }),
    POSTGRES_JS,
  ),
  postgresJsReserved: modeOf("postgres.js, reserved", KINDS["postgres.js, reserved"], {
    ...POSTGRES_JS, // a savepoint finds out whether a transaction is open
    reconnects: false,
    pipelined: true,
  }),
  postgresJsTransaction: transactionOf(
    "postgres.js, in a transaction",
    TRANSACTIONS["postgres.js"],
    { statements: 3, exchanges: 6 }, // each is described before, as it is not prepared
  ),
  kyselyPg: modeOf("Kysely over pg", KINDS["Kysely over pg"], { reconnects: true }),
  kyselyCamelCase: modeOf(
    "Kysely over pg, names in camel case",
    kysely(overPg, [new CamelCasePlugin()]),
    { reconnects: true },
  ),
  kyselyPostgresJs: modeOf("Kysely over postgres.js", KINDS["Kysely over postgres.js"], {
    // Each query reserves a connection, and where that is lost, postgres.js 3.4.9 may throw where nobody can
    // catch it.
    reconnects: false,
    // Nothing is prepared in a transaction, and it is committed before Kysely's own COMMIT.
    transactionOverhead: 3,
    session: { statements: 5, exchanges: 10 },
  }),
  kyselyPgTransaction: transactionOf(
    "Kysely over pg, in a transaction",
    TRANSACTIONS["Kysely over pg"],
  ),
  kyselyPostgresJsTransaction: transactionOf(
    "Kysely over postgres.js, in a transaction",
    TRANSACTIONS["Kysely over postgres.js"],
    { statements: 3, exchanges: 9 }, // each is described before, and read as a stream
  ),
} satisfies Readonly<Record<string, Mode>>;
