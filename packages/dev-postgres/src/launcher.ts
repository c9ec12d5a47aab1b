import { spawnSync } from "node:child_process";
import { chownSync, cpSync } from "node:fs";
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

/**
 * Postgres refuses to run as root. A user namespace in which root appears as `nobody` needs no
 * account, and keeps root's right to enter folders that only root can enter. Where namespaces are
 * forbidden, the programs run as `nobody` from a copy in `folder`, which is handed to it.
 *
 * @param native folder of the installed programs
 * @param folder an empty folder for the server's data, owned by the caller
 */
export function launcher(native: string, folder: string): Launcher {
  const asUser = runs([...DIE_WITH_PARENT, "true"]) ? DIE_WITH_PARENT : [];
  if (process.getuid?.() !== 0) return { prefix: asUser, native };

  const mapped = ["unshare", "--user", `--map-user=${NOBODY}`, "--", ...asUser];
  if (runs([...mapped, "true"])) return { prefix: mapped, native };

  const asNobody = [
    ...["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
    ...["--pdeathsig", "INT"],
  ];
  if (!runs([...asNobody, "true"])) {
    throw new Error(
      "Postgres refuses to run as root, and neither unshare nor setpriv could start it as another user. Run as an ordinary user, or set DATABASE_URL.",
    );
  }
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  chownSync(folder, NOBODY, NOBODY);
  return { prefix: asNobody, native: copy };
}
