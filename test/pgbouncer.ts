import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** First line of its `--version`; undefined where it is not installed. Debian keeps it where only root looks. */
export const pgBouncerVersion = (() => {
  const PATH = `${process.env.PATH}:/usr/sbin`;
  const { status, stdout } = spawnSync("pgbouncer", ["--version"], {
    env: { PATH },
    encoding: "utf8",
  });
  return status === 0 ? stdout.split("\n")[0] : undefined;
})();

/** Since 1.21 it keeps track of prepared statements, so that they work in transaction mode. */
export const pgBouncerPrepares = (() => {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(pgBouncerVersion ?? "") ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
})();

/** A PgBouncer of its own before a server. */
export class PgBouncer implements AsyncDisposable {
  /** The server's URL, by way of the pooler. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.#process = process;
    this.#folder = folder;
  }

  /**
   * @param connections how many it opens to the server at most
   * @param settings further lines of its configuration
   */
  static async before(
    server: string,
    mode: "transaction" | "session",
    connections: number,
    settings = "",
  ): Promise<PgBouncer> {
    const folder = mkdtempSync(join(tmpdir(), "waypost-pgbouncer-"));
    const port = await freePort();
    const file = join(folder, "pgbouncer.ini");
    writeFileSync(file, configuration(new URL(server), mode, connections, port) + settings);
    // It refuses to run as root, and must then read the file as somebody else.
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const env = { PATH: `${process.env.PATH}:/usr/sbin` };
    const child = spawn("pgbouncer", ["-q", ...user, file], { env, stdio: "ignore" });
    await listening(port, child);
    const url = new URL(server);
    url.host = `127.0.0.1:${port}`;
    return new PgBouncer(url.href, child, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "exit");
    }
    rmSync(this.#folder, { recursive: true });
  }
}

function configuration(server: URL, mode: string, connections: number, port: number): string {
  const database = server.pathname.slice(1);
  return `[databases]
${database} = host=${server.hostname} port=${server.port || 5432} dbname=${database} user=${server.username} password='${decodeURIComponent(server.password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${connections}
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
${pgBouncerPrepares ? "max_prepared_statements = 200" : ""}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}.`);
    const socket = connect(port, "127.0.0.1");
    const open = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await wait(20);
  }
}
