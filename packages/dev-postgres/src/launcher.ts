import { spawnSync } from "node:child_process";
import { chownSync, cpSync, readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

/** How to start Postgres' programs on this machine: a command prefix and the folder they lie in. */
export interface Launcher {
  readonly prefix: readonly string[];
  readonly native: string;
}

/** The uid of `nobody`; initdb wants a uid that is in the passwd file. */
const NOBODY = 65534;

/** Signals the server when the supervisor is killed before it could stop it (Linux only). */
const DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "INT"];

const runs = (command: readonly string[]): boolean => {
  const [program, ...args] = command;
  return program !== undefined && spawnSync(program, args, { stdio: "ignore" }).status === 0;
};

/** The passwd file may not know the uid, e.g. in `docker run --user 1000`. */
const isListed = (): boolean => {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
};

/**
 * Postgres refuses to run as root, and initdb as a user without a name. A user namespace in which
 * this user appears as `nobody` needs no account, and keeps the right to enter the user's own
 * folders. Where root can't have one, the programs run as `nobody`, and `folder` is handed to it. It
 * gets a copy of programs that it may be unable to reach.
 *
 * @param native folder of the installed programs
 * @param folder an empty folder for the server's data, owned by the caller
 * @param shared every user may read the programs, and they can't be moved: they belong to the system
 * @throws if this is root and there is no way to run the programs as another user
 */
export function launcher(native: string, folder: string, shared = false): Launcher {
  // Not just any program: root of a namespace may be unable to reach another user's folders.
  const startsPostgres = (prefix: readonly string[], from = native): boolean =>
    runs([...prefix, join(from, "bin", "postgres"), "--version"]);

  const asUser = runs([...DIE_WITH_PARENT, "true"]) ? DIE_WITH_PARENT : [];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && isListed()) return { prefix: asUser, native };

  const mapped = ["unshare", "--user", `--map-user=${NOBODY}`, "--", ...asUser];
  if (startsPostgres(mapped)) return { prefix: mapped, native };
  if (!isRoot) return { prefix: asUser, native };

  const asNobody = [
    ...["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
    ...["--pdeathsig", "INT"],
  ];
  const programs = shared ? native : join(folder, "native");
  if (!shared) cpSync(native, programs, { recursive: true, verbatimSymlinks: true });
  handOver(folder);
  if (startsPostgres(asNobody, programs)) return { prefix: asNobody, native: programs };
  throw new Error(
    "Postgres refuses to run as root, and neither unshare nor setpriv could start it as another user. Run as an ordinary user, or set DATABASE_URL.",
  );
}

/**
 * Also mounts a disk of the given size, which only what it starts can see, and which is gone with it.
 *
 * @param folder an empty folder, where it is mounted
 * @throws if this user may not mount anything, not even for itself
 */
export function withDisk({ native }: Launcher, folder: string, megabytes: number): Launcher {
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && exec "$@"`;
  const prefix = [
    // Whoever makes the namespace is its root, which may mount, and which Postgres refuses to run as.
    ...["unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", mount, folder],
    ...["unshare", "--user", `--map-user=${NOBODY}`, "--", ...DIE_WITH_PARENT],
  ];
  if (!runs([...prefix, join(native, "bin", "postgres"), "--version"])) {
    throw new Error("A disk for the server needs Linux, and a user who may make namespaces.");
  }
  return { prefix, native };
}

/** Modes stay as installed, which may be for the owner only: hence all of it changes its owner. */
function handOver(folder: string): void {
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), NOBODY, NOBODY);
  }
}
