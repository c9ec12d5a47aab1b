/**
 * A process that owns one Postgres server. It prints where the server is, waits until its standard
 * input ends, then stops the server and removes its files. The operating system closes that pipe
 * however the parent ends, so neither Ctrl-C nor `kill -9` leaves a server behind.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nativeFolder } from "./binaries.ts";
import { Cluster } from "./cluster.ts";
import { launcher, withDisk } from "./launcher.ts";
import type { Answer, Command, Order, Started } from "./protocol.ts";

const print = (line: Started | Answer) => process.stdout.write(`${JSON.stringify(line)}\n`);

const COMMANDS: Record<Command, (cluster: Cluster) => Promise<void>> = {
  start: (cluster) => cluster.start(),
  stop: (cluster) => cluster.stop("SIGINT"),
  kill: (cluster) => cluster.stop("SIGKILL"),
};

/** One after the other, each answered when it is done. */
async function obey(cluster: Cluster): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const error = await COMMANDS[line as Command](cluster).then(
      () => undefined,
      (failure: Error) => failure.message,
    );
    print({ error });
  }
}

async function main({ programs, settings, controlled, diskMegabytes }: Order): Promise<void> {
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
  // Nobody may be left to read. That must not end this process before the server.
  process.stdout.on("error", () => {});

  let launch = launcher(programs ?? nativeFolder(), folder, programs !== undefined);
  let disk: string | undefined;
  if (diskMegabytes !== undefined) {
    disk = join(folder, "disk");
    mkdirSync(disk);
    launch = withDisk(launch, disk, diskMegabytes);
  }
  const cluster = await Cluster.create(launch, folder, settings);
  if (parent.gone) return;
  await cluster.start();
  print({ url: cluster.url, disk });

  if (controlled) obey(cluster);
  await (controlled ? parentGone : Promise.race([parentGone, cluster.ended]));
  await cluster.stop("SIGQUIT"); // its data is thrown away
}

try {
  await main(JSON.parse(process.argv[2] as string) as Order);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
