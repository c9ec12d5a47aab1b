import { saverOrEnd } from "@waypost/conformance";
import { type Begin, KINDS, type Kind, postgresJs, TRANSACTIONS } from "../kinds/index.ts";
import type { StoreMode } from "./mode.ts";

const modeOf = (name: string, kind: Kind): StoreMode => ({
  name,
  async open(url, options) {
    const { store, run, close } = await kind.connect(url);
    return { store: await saverOrEnd(() => store(options), close), run, close };
  },
});

function transactionOf(name: string, begin: Begin): StoreMode {
  const open: NonNullable<StoreMode["begin"]> = async (url, options) => {
    const { store, run, end } = await begin(url);
    const close = () => end("rollback");
    return { store: await saverOrEnd(() => store(options), close), run, close, end };
  };
  return { name, open, begin: open };
}

/** Every mode in which the stores are tested, but for PGlite's. */
export const STORE_MODES = {
  pgPool: modeOf("pg Pool", KINDS["pg Pool"]),
  pgClient: modeOf("pg Client", KINDS["pg Client"]),
  pgPipelined: modeOf("pg Client, pipelined", KINDS["pg Client, pipelined"]),
  pgTransaction: transactionOf("pg PoolClient in a transaction", TRANSACTIONS["pg PoolClient"]),
  postgresJs: modeOf("postgres.js", KINDS["postgres.js"]),
  postgresJsUnprepared: modeOf("postgres.js, prepare: false", postgresJs({ prepare: false })),
  postgresJsReserved: modeOf("postgres.js, reserved", KINDS["postgres.js, reserved"]),
  postgresJsTransaction: transactionOf(
    "postgres.js, in a transaction",
    TRANSACTIONS["postgres.js"],
  ),
  kyselyPg: modeOf("Kysely over pg", KINDS["Kysely over pg"]),
  kyselyPostgresJs: modeOf("Kysely over postgres.js", KINDS["Kysely over postgres.js"]),
  kyselyPgTransaction: transactionOf(
    "Kysely over pg, in a transaction",
    TRANSACTIONS["Kysely over pg"],
  ),
  kyselyPostgresJsTransaction: transactionOf(
    "Kysely over postgres.js, in a transaction",
    TRANSACTIONS["Kysely over postgres.js"],
  ),
} satisfies Readonly<Record<string, StoreMode>>;
