import { existsSync } from "node:fs";
import { arch } from "node:os";
import { fileURLToPath } from "node:url";

/** Something that runs JavaScript. */
export interface Runtime {
  readonly name: string;
  /** How a file is run; undefined where the registry has none for this machine. */
  readonly command: readonly [string, ...string[]] | undefined;
}

function installed(file: string, ...args: string[]): Runtime["command"] {
  const path = fileURLToPath(new URL(`../node_modules/${file}`, import.meta.url));
  return existsSync(path) ? [path, ...args] : undefined;
}

const nodeOf = (major: number): Runtime => ({
  name: `Node ${major}`,
  command: installed(`node-${major}-linux-${arch()}/bin/node`),
});

export const NODE_24: Runtime = { name: "Node 24", command: [process.execPath] };
export const NODES: readonly Runtime[] = [nodeOf(20), nodeOf(22), NODE_24, nodeOf(26)];

/** Which neither the adapters nor the program support. */
export const TOO_OLD: Runtime = nodeOf(18);

export const BUN: Runtime = {
  name: "Bun",
  command: installed(`@oven/bun-linux-${arch() === "arm64" ? "aarch64" : arch()}/bin/bun`),
};
export const DENO: Runtime = {
  name: "Deno",
  // It takes packages from node_modules, as npm installed them.
  command: installed(
    `@deno/linux-${arch()}-glibc/deno`,
    ...["run", "--allow-all", "--no-lock", "--node-modules-dir=manual", "--quiet"],
  ),
};
