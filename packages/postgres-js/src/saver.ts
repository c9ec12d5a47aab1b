import {
  type Driver,
  type OptionKeys,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import type { PostgresJsReserved, PostgresJsSql, PostgresJsTransaction } from "./client.js";
import { driverFor, ownedClient } from "./connect.js";

/** Options of `PostgresJsSaver`. */
export interface PostgresJsSaverOptions extends SaverOptions {
  /**
   * What `postgres()` returned for a read replica. `list` and `listThreads` read there, and may return
   * stale data; everything else uses the primary. The saver never closes it. Default: the client.
   */
  read?: PostgresJsSql | PostgresJsReserved;
}

const KEYS: OptionKeys<PostgresJsSaverOptions> = { ...SAVER_KEYS, read: true };

/**
 * Stores LangGraph checkpoints in Postgres through postgres.js.
 *
 * @example
 * const saver = new PostgresJsSaver(postgres(process.env.DATABASE_URL));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PostgresJsSaver extends WaypostSaver {
  /**
   * @param sql what `postgres()` returned; what `sql.reserve()` resolved to; or what `sql.begin()` passed
   *   to its callback, whose transaction the saver joins. The saver changes nothing about it and never
   *   ends it. Statements are prepared only if its own `prepare` option allows it.
   * @param options options of the saver
   * @throws InvalidInputError if it is none of these, or an option can't be used
   */
  constructor(
    sql: PostgresJsSql | PostgresJsReserved | PostgresJsTransaction,
    options: PostgresJsSaverOptions = {},
    ...further: never[]
  ) {
    const reader = readerFor(options);
    super(driverFor(sql, options), options, { reader, keys: KEYS, further });
  }

  /**
   * Makes a saver with a client of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the saver
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(
    uri: string,
    options: PostgresJsSaverOptions = {},
    ...further: never[]
  ): PostgresJsSaver {
    return new PostgresJsSaver(ownedClient(uri), options, ...further);
  }
}

function readerFor(options: PostgresJsSaverOptions | null): Driver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, options, 'For the option "read", pass');
}
