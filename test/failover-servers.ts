import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "@waypost/conformance/fixtures";
import { nativeFolder } from "../packages/dev-postgres/src/binaries.ts";
import { type Launcher, launcher } from "../packages/dev-postgres/src/launcher.ts";

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  wal_keep_size: "256MB",
  // Processes are killed here, not machines: what was written stays.
  fsync: "off",
};

/** Where npm has no Postgres for the platform, there is no second server to start. */
export const canStartServers: boolean = (() => {
  try {
    return nativeFolder() !== "";
  } catch {
    return false;
  }
})();

/** Whether a commit waits until the standby has it. */
export type Replication = "synchronous" | "asynchronous";

/** A primary with a streaming standby. Both end with this process, at the latest. */
export class ServerPair implements AsyncDisposable {
  readonly ports: readonly [primary: number, standby: number];
  readonly #folder: string;
  readonly #servers: readonly [primary: ChildProcess, standby: ChildProcess];

  private constructor(
    folder: string,
    ports: readonly [number, number],
    servers: readonly [ChildProcess, ChildProcess],
  ) {
    this.#folder = folder;
    this.ports = ports;
    this.#servers = servers;
  }

  static async start(replication: Replication): Promise<ServerPair> {
    const folder = mkdtempSync(join(tmpdir(), "waypost-failover-"));
    const launch = launcher(nativeFolder(), folder);
    const [primaryData, standbyData] = [join(folder, "primary"), join(folder, "standby")];
    const initdb = ["-D", primaryData, "-U", "postgres", "-A", "trust", "--no-sync"];
    run(launch, join(launch.native, "bin", "initdb"), ...initdb, "--encoding=UTF8", "--locale=C");
    // Nothing has written to it yet, so its copy can follow it from its first record on.
    run(launch, "cp", "-a", primaryData, standbyData);
    const ports = [await freePort(), await freePort()] as const;
    writeFileSync(join(standbyData, "standby.signal"), "");
    appendFileSync(
      join(standbyData, "postgresql.auto.conf"),
      `primary_conninfo = 'host=127.0.0.1 port=${ports[0]} user=postgres'\n`,
    );
    const primary = await serve(launch, primaryData, {
      ...SETTINGS,
      port: `${ports[0]}`,
      synchronous_standby_names: replication === "synchronous" ? "*" : "",
    });
    const standby = await serve(launch, standbyData, { ...SETTINGS, port: `${ports[1]}` });
    const pair = new ServerPair(folder, ports, [primary, standby]);
    const streams = `SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = $1`;
    const state = replication === "synchronous" ? "sync" : "async";
    await withClient(async (client) => {
      while ((await client.query(streams, [state])).rowCount === 0) await wait(20);
    }, pair.urlOf("primary"));
    return pair;
  }

  urlOf(server: "primary" | "standby"): string {
    return urlAt(this.ports[server === "primary" ? 0 : 1]);
  }

  /** As when its machine is gone: none of its processes does anything any more. */
  async killPrimary(): Promise<void> {
    await kill(this.#servers[0]);
  }

  /** Returns when the standby takes writes. */
  async promote(): Promise<void> {
    await withClient((client) => client.query("SELECT pg_promote()"), this.urlOf("standby"));
  }

  /** Returns when the standby shows what has been committed so far. */
  async caughtUp(): Promise<void> {
    const behind = `SELECT FROM pg_stat_replication WHERE replay_lsn IS NULL OR replay_lsn < pg_current_wal_lsn()`;
    await withClient(async (client) => {
      while ((await client.query(behind)).rowCount !== 0) await wait(20);
    }, this.urlOf("primary"));
  }

  /** From now on the standby receives nothing. */
  async cutReplication(): Promise<void> {
    await withClient(async (client) => {
      await client.query("ALTER SYSTEM SET primary_conninfo = ''");
      await client.query("SELECT pg_reload_conf()");
      while ((await client.query("SELECT FROM pg_stat_wal_receiver")).rowCount !== 0)
        await wait(20);
    }, this.urlOf("standby"));
  }

  /** Returns when a commit waits for the standby. */
  async waitsForStandby(): Promise<void> {
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    await withClient(async (client) => {
      while ((await client.query(waiting)).rowCount === 0) await wait(20);
    }, this.urlOf("primary"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await kill(server);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const urlAt = (port: number): string => `postgresql://postgres@127.0.0.1:${port}/postgres`;

function run(launch: Launcher, ...command: string[]): void {
  const [program, ...args] = [...launch.prefix, ...command] as [string, ...string[]];
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: tmpdir() });
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}: ${stderr}`);
}

/** Starts a server, and returns when it takes connections. */
function serve(
  launch: Launcher,
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = [...launch.prefix, join(launch.native, "bin", "postgres"), "-D", data];
  const [program, ...args] = [...command, ...options] as [string, ...string[]];
  const server = spawn(program, args, { cwd: data, stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
      if (/ready to accept (?:read-only )?connections/.test(log)) resolve(server);
    });
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}

/** A server with all of its processes, which else would go on for a moment. */
async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGSTOP"); // it starts no further ones
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const children = stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === server.pid)
    .map(([pid]) => pid as number);
  const exited = once(server, "exit");
  server.kill("SIGKILL");
  for (const pid of children) process.kill(pid, "SIGKILL");
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** An address that stays while the server behind it changes, as that of a proxy or of a managed service. */
export class MovingAddress implements AsyncDisposable {
  /** Where it leads now. */
  target: number;
  readonly #server: Server;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    server.on("connection", (client) => {
      const upstream = connect(this.target, "127.0.0.1");
      client.pipe(upstream).pipe(client);
      client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
      upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    });
  }

  static async before(target: number): Promise<MovingAddress> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new MovingAddress(server, target);
  }

  get url(): string {
    return urlAt((this.#server.address() as AddressInfo).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }
}
