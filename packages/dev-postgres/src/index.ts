import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

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
}

/**
 * The Postgres of `DATABASE_URL` where that is set, or else a new, empty Postgres 18 on a free local
 * port. The new one ends with this process, however that ends.
 *
 * @throws if the server can't be started (Postgres says why on standard error), or the signal's
 *   reason; in both cases nothing is left behind
 */
export async function devPostgres({
  signal,
  own = false,
}: DevPostgresOptions = {}): Promise<DevPostgres> {
  signal?.throwIfAborted();
  const url = own ? undefined : process.env.DATABASE_URL;
  if (url) return handle(url, false, async () => {});

  const { started, stop } = supervise();
  const abort = () => void stop();
  signal?.addEventListener("abort", abort);
  try {
    const embeddedUrl = await started;
    if (signal?.aborted) await stop();
    signal?.throwIfAborted();
    if (embeddedUrl === undefined) throw new Error("The embedded Postgres did not start.");
    return handle(embeddedUrl, true, stop);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Starts the supervisor process.
 *
 * @returns `started`: the server's URL, or undefined if the supervisor ended without one
 */
function supervise() {
  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(new URL("./supervisor.ts", import.meta.url))],
    {
      stdio: ["pipe", "pipe", "inherit"],
      // In a group of its own: the terminal's Ctrl-C must not reach it before it has cleaned up.
      detached: true,
    },
  );
  // It may be gone by the time its input is closed.
  supervisor.stdin.on("error", () => {});
  const exited = once(supervisor, "exit");
  const firstLine = once(supervisor.stdout.setEncoding("utf8"), "data").then(([line]) => {
    // From here on nothing of it keeps this process from ending.
    supervisor.stdout.destroy();
    supervisor.unref();
    return String(line).trim();
  });
  return {
    started: Promise.race([firstLine, exited.then(() => undefined)]),
    async stop(): Promise<void> {
      supervisor.ref();
      supervisor.stdin.end();
      await exited;
    },
  };
}

function handle(url: string, embedded: boolean, stop: () => Promise<void>): DevPostgres {
  return { url, embedded, stop, [Symbol.asyncDispose]: stop };
}
