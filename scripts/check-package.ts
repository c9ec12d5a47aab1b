/** Packs the package of the current folder as it would be published, and checks what users would get. Arguments are options of attw. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "waypost-pack-"));
try {
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  run("pnpm", "pack", "--pack-destination", folder);
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new Error("pnpm pack made no file");
  run("publint", "--strict", join(folder, tarball));
  run("attw", join(folder, tarball), "--format", "ascii", ...process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
