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

/**
 * The Postgres of `DATABASE_URL` where that is set, or else a new, empty Postgres 18 on a free local
 * port. The new one ends with this process, however that ends.
 *
 * @throws if the server can't be started; the message holds what Postgres said.
 */
export async function devPostgres(): Promise<DevPostgres> {
  const url = process.env.DATABASE_URL;
  if (url) return handle(url, false, async () => {});

  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(new URL("./supervisor.ts", import.meta.url))],
    {
      stdio: ["pipe", "pipe", "inherit"],
      // In a group of its own: the terminal's Ctrl-C must not reach it before it has cleaned up.
      detached: true,
    },
  );
  const exited = once(supervisor, "exit");
  const started = await Promise.race([once(supervisor.stdout.setEncoding("utf8"), "data"), exited]);
  if (supervisor.exitCode !== null) throw new Error("The embedded Postgres did not start.");
  supervisor.unref();
  return handle(String(started[0]).trim(), true, async () => {
    supervisor.ref();
    supervisor.stdin.end();
    await exited;
  });
}

function handle(url: string, embedded: boolean, stop: () => Promise<void>): DevPostgres {
  return { url, embedded, stop, [Symbol.asyncDispose]: stop };
}
