import { type Mode, saverOrEnd, transactionMode } from "@waypost/conformance";
import { PostgresJsSaver } from "@waypost/postgres-js";
import postgres from "postgres";

type Options = postgres.Options<Record<string, postgres.PostgresType>>;

const connect = (url: string, options: Options) =>
  postgres(url, { onnotice: () => {}, ...options });

/** A mode over a client with these options. */
export const clientMode = (name: string, options: Options = {}): Mode => ({
  name,
  cursor: options.max !== 1,
  // It is committed before postgres.js' own COMMIT, which follows without waiting.
  transactionOverhead: 3,
  // Where statements are not prepared, each is described before.
  session: { statements: 5, exchanges: options.prepare === false ? 6 : 4 },
  reconnects: true,
  poolOfOne: options.max === 1,
  async open(url, saverOptions) {
    const sql = connect(url, { max: 4, ...options });
    try {
      return {
        saver: new PostgresJsSaver(sql, saverOptions),
        close: () => sql.end({ timeout: 1 }),
      };
    } catch (error) {
      await sql.end();
      throw error;
    }
  },
});

export const reservedMode: Mode = {
  name: "postgres.js, reserved",
  pipelined: true,
  transactionOverhead: 3, // a savepoint finds out whether one is open
  session: { statements: 5, exchanges: 4 },
  async open(url, options) {
    const sql = connect(url, { max: 2 });
    const reserved = await sql.reserve();
    const close = async () => {
      reserved.release();
      await sql.end();
    };
    try {
      return { saver: new PostgresJsSaver(reserved, options), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** Ends the callback of `begin` with an error, so that postgres.js rolls back. */
const ROLLBACK = new Error("rolled back on purpose");

export const inTransaction = transactionMode(
  "postgres.js, in a transaction",
  async (url, options) => {
    const sql = connect(url, { max: 1 });
    const opened = Promise.withResolvers<postgres.TransactionSql>();
    const decided = Promise.withResolvers<void>();
    const ended = sql
      .begin((tx) => {
        opened.resolve(tx);
        return decided.promise;
      })
      .catch((error: unknown) => {
        opened.reject(error);
        if (error !== ROLLBACK) throw error;
      })
      .finally(() => sql.end());
    const tx = await opened.promise;
    const end = async (how: "commit" | "rollback") => {
      if (how === "commit") decided.resolve();
      else decided.reject(ROLLBACK);
      await ended;
    };
    return {
      saver: await saverOrEnd(
        () => new PostgresJsSaver(tx, options),
        () => end("rollback"),
      ),
      run: (text) => tx.unsafe(text),
      end,
    };
  },
  { statements: 3, exchanges: 6 }, // each is described before, as it is not prepared
);
