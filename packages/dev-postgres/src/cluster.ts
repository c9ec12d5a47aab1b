import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Launcher } from "./launcher.ts";

/** Configuration parameters of Postgres, by name. */
export type Settings = Readonly<Record<string, string>>;

const SETTINGS: Settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
};

/** One server with its data folder and port, which stay the same however often it is started. */
export class Cluster {
  readonly #launch: Launcher;
  readonly #data: string;
  readonly #port: number;
  readonly #password: string;
  readonly #settings: Settings;
  #process: ChildProcess | undefined;
  /** Resolves once the server and all processes that it started are gone. */
  #gone: Promise<void> = Promise.resolve();

  private constructor(
    launch: Launcher,
    data: string,
    port: number,
    password: string,
    settings: Settings,
  ) {
    this.#launch = launch;
    this.#data = data;
    this.#port = port;
    this.#password = password;
    this.#settings = { ...SETTINGS, ...settings, port: String(port) };
  }

  /** An empty cluster that is not started yet. */
  static async create(launch: Launcher, folder: string, settings: Settings): Promise<Cluster> {
    const password = randomBytes(16).toString("hex");
    const data = initialise(launch, folder, password);
    return new Cluster(launch, data, await freePort(), password, settings);
  }

  get url(): string {
    return `postgresql://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  /** Resolves when the server has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.#gone;
  }

  /** Resolves when it accepts connections; rejects with the server's log if it ends first. */
  async start(): Promise<void> {
    if (this.#process !== undefined) throw new Error("The server runs already.");
    const settings = Object.entries(this.#settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]);
    const [program, ...args] = [
      ...this.#launch.prefix,
      join(this.#launch.native, "bin", "postgres"),
      ...["-D", this.#data, ...settings],
    ];
    const server = spawn(program as string, args, {
      cwd: this.#data,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = server;
    // Each of its processes holds the pipe of its log open.
    this.#gone = new Promise<void>((resolve) => {
      server.once("close", () => {
        this.#process = undefined;
        resolve();
      });
    });
    await ready(server);
  }

  /**
   * `SIGINT` is a fast shutdown: it ends sessions, and writes all data. `SIGQUIT` does not write, and also
   * ends a Postgres 18 that was told to shut down in a recovery and waits for ever. `SIGKILL` is a crash.
   */
  async stop(signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void> {
    this.#process?.kill(signal);
    await this.#gone;
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log: string | undefined = "";
    server.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      if (log === undefined) return;
      log += chunk;
      if (!log.includes("ready to accept connections")) return;
      log = undefined;
      resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}

function initialise(launch: Launcher, folder: string, password: string): string {
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  chmodSync(passwordFile, 0o644); // whatever the umask; the folder itself is closed to others
  const [program, ...args] = [
    ...launch.prefix,
    join(launch.native, "bin", "initdb"),
    ...["-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile],
    // An ordinary linguistic collation, so that an order which relies on bytes shows up in tests.
    ...["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"],
    "--no-sync",
  ];
  const result = spawnSync(program as string, args, { encoding: "utf8", cwd: folder });
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) {
    throw new Error(
      `initdb failed: ${result.error?.message ?? `${result.stdout}${result.stderr}`}`,
    );
  }
  return data;
}

/** Below the ports that systems give to outgoing connections, which could take it while the server is down. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
