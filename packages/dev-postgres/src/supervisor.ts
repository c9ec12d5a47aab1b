/**
 * A process that owns one Postgres server. It prints the server's URL, waits until its standard
 * input ends, then stops the server and removes its files. The operating system closes that pipe
 * however the parent ends, so neither Ctrl-C nor `kill -9` leaves a server behind.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeFolder } from "./binaries.ts";
import { type Launcher, launcher } from "./launcher.ts";

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  // The data is thrown away: nothing here has to survive a crash of the machine.
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts the server and resolves when it accepts connections; rejects with its log if it ends first. */
function serve(launch: Launcher, data: string, port: number): Promise<ChildProcess> {
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([k, v]) => ["-c", `${k}=${v}`]);
  const [program, ...args] = [
    ...launch.prefix,
    join(launch.native, "bin", "postgres"),
    ...["-D", data, ...settings],
  ];
  const server = spawn(program as string, args, { cwd: data, stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      if (log === "ready") return;
      log += chunk;
      if (log.includes("ready to accept connections")) {
        log = "ready";
        resolve(server);
      }
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}

async function main(): Promise<void> {
  // The folder is handed to another user where Postgres must run as one, hence not below the home folder.
  const folder = mkdtempSync(join(tmpdir(), "waypost-postgres-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => process.stdin.destroy());
  }
  const parent = { gone: false };
  const parentGone = new Promise<void>((resolve) => {
    process.stdin.once("close", resolve).resume();
  }).then(() => {
    parent.gone = true;
  });
  // Nobody may be left to read the URL. That must not end this process before the server.
  process.stdout.on("error", () => {});

  const password = randomBytes(16).toString("hex");
  const launch = launcher(nativeFolder(), folder);
  const data = initialise(launch, folder, password);
  const port = await freePort();
  if (parent.gone) return;
  const server = await serve(launch, data, port);
  server.removeAllListeners("exit");
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  process.stdout.write(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres\n`);

  await Promise.race([parentGone, ended]);
  server.kill("SIGINT"); // "fast" shutdown: ends sessions, keeps the data consistent
  await ended;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
