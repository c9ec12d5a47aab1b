import { supervise } from "./supervise.ts";

export { type ControlledOptions, ControlledPostgres } from "./controlled.ts";

export interface DevPostgres extends AsyncDisposable {
  /** `postgresql://…` of a superuser on the server's `postgres` database. */
  readonly url: string;
  /** True where this call started the server; false where `DATABASE_URL` named one. */
  readonly embedded: boolean;
  /** Stops the server and removes its files; does nothing to a server that `DATABASE_URL` named. */
  stop(): Promise<void>;
}

export interface DevPostgresOptions {
  /** Gives up while the server is starting; once it has started, use `stop()`. */
  readonly signal?: AbortSignal;
  /** A new server even where `DATABASE_URL` names one, for who changes its settings. Default false. */
  readonly own?: boolean;
  /**
   * Starts a new server of another installation: a folder with `bin/` that every user may read, e.g.
   * `/usr/lib/postgresql/15`. Default the Postgres 18 from npm.
   */
  readonly programs?: string;
}

const SETTINGS = {
  max_connections: "200",
  // The data is thrown away: nothing here has to survive a crash.
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

/**
 * The Postgres of `DATABASE_URL` where that is set, or else a new, empty Postgres 18 on a free local
 * port. The new one ends with this process, however that ends.
 *
 * @throws if the server can't be started (Postgres says why on standard error), or the signal's
 *   reason; in both cases nothing is left behind
 */
export async function devPostgres({
  signal,
  programs,
  own = programs !== undefined,
}: DevPostgresOptions = {}): Promise<DevPostgres> {
  signal?.throwIfAborted();
  const url = own ? undefined : process.env.DATABASE_URL;
  if (url) return handle(url, false, async () => {});

  const order = { programs, settings: SETTINGS, controlled: false, diskMegabytes: undefined };
  const supervisor = supervise(order);
  const { stop } = supervisor;
  const abort = () => void stop();
  signal?.addEventListener("abort", abort);
  try {
    const started = await supervisor.started;
    supervisor.unref();
    if (signal?.aborted) await stop();
    signal?.throwIfAborted();
    if (!started) throw new Error("The embedded Postgres did not start.");
    return handle(started.url, true, stop);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function handle(url: string, embedded: boolean, stop: () => Promise<void>): DevPostgres {
  return { url, embedded, stop, [Symbol.asyncDispose]: stop };
}
