import {
  type OptionKeys,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import type { KyselyDatabase } from "./client.js";
import { driverFor, INSTEAD } from "./connect.js";
import type { KyselyDriver } from "./driver.js";

/** Options of `KyselySaver`. There is no `prepare`, because Kysely sends no named statements. */
export interface KyselySaverOptions extends Omit<SaverOptions, "prepare"> {
  /**
   * A Kysely of a read replica. `list` and `listThreads` read there, and may return stale data; everything
   * else uses the primary. The saver never destroys it. Default: the same Kysely.
   */
  read?: KyselyDatabase;
}

const { prepare: _, ...COMMON_KEYS } = SAVER_KEYS;
const KEYS: OptionKeys<KyselySaverOptions> = { ...COMMON_KEYS, read: true };

/**
 * Stores LangGraph checkpoints in Postgres through Kysely, with any Postgres dialect.
 *
 * @example
 * const saver = new KyselySaver(db);
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class KyselySaver extends WaypostSaver {
  /**
   * @param db a Kysely with a Postgres dialect (`PostgresDialect`, `PostgresJSDialect`, `PGliteDialect`),
   *   or a transaction of it, which the saver joins. Its plugins do not apply to the saver's queries. The
   *   saver never destroys it.
   * @param options options of the saver
   * @throws InvalidInputError if it is neither, or an option can't be used
   */
  constructor(db: KyselyDatabase, options: KyselySaverOptions = {}, ...further: never[]) {
    const reader = readerFor(options);
    super(driverFor(db), options, { reader, keys: KEYS, instead: INSTEAD, further });
  }
}

function readerFor(options: KyselySaverOptions | null): KyselyDriver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, 'For the option "read", pass a Kysely.');
}
