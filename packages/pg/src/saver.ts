import {
  type Driver,
  type OptionKeys,
  SAVER_KEYS,
  type SaverOptions,
  WaypostSaver,
} from "@waypost/core/adapter";
import type { PgClient, PgCursorConstructor, PgPool, PgPoolClient } from "./client.js";
import { driverFor, ownedPool } from "./connect.js";

/** Options of `PgSaver`. */
export interface PgSaverOptions extends SaverOptions {
  /** The default export of pg-cursor. `list(config, { fetch: "cursor" })` over a pool needs it. Default: none. */
  cursor?: PgCursorConstructor;
  /**
   * A pool or client of a read replica. `list` and `listThreads` read there, and may return stale
   * data; everything else uses the primary. The saver never closes it. Default: the client.
   */
  read?: PgPool | PgClient;
}

const KEYS: OptionKeys<PgSaverOptions> = { ...SAVER_KEYS, cursor: true, read: true };

/**
 * Stores LangGraph checkpoints in Postgres through pg.
 *
 * @example
 * const saver = new PgSaver(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PgSaver extends WaypostSaver {
  /**
   * @param client a `Pool`; or a connected `Client`, on which concurrent calls queue (with
   *   `pipeline: true` they are pipelined); or a `PoolClient`, whose open transaction the saver joins. The
   *   saver changes nothing about the client and never ends it.
   * @param options options of the saver
   * @throws InvalidInputError if the client is none of these, or an option can't be used
   */
  constructor(
    client: PgPool | PgClient | PgPoolClient,
    options: PgSaverOptions = {},
    ...further: never[]
  ) {
    const reader = readerFor(options);
    super(driverFor(client, options), options, { reader, keys: KEYS, further });
  }

  /**
   * Makes a saver with a pool of its own, which connects at the first call. Close it with `end()`, or
   * declare it with `await using`.
   *
   * @param uri for example `postgresql://user:password@host:5432/database`
   * @param options options of the saver
   * @throws InvalidInputError if the URI can't be parsed or an option can't be used
   */
  static fromConnString(uri: string, options: PgSaverOptions = {}, ...further: never[]): PgSaver {
    return new PgSaver(ownedPool(uri, options?.timeout), options, ...further);
  }
}

function readerFor(options: PgSaverOptions | null): Driver | undefined {
  if (options?.read === undefined) return undefined;
  return driverFor(options.read, options, 'For the option "read", pass');
}
