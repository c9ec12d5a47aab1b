import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

/** A command that prints where its server is, and then waits for a signal. */
export const PRINT_AND_WAIT = [
  process.execPath,
  ...["-e", "console.log(process.env.DATABASE_URL); setInterval(() => {}, 1e6)"],
];

export interface Run {
  readonly process: ChildProcessWithoutNullStreams;
  /** Exit code or signal, once all its output is read. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** The first line that the command prints. */
  firstLine(): Promise<string>;
  /** What lies in the temporary folder that it was given. */
  leftovers(): string[];
}

/** Starts `dev-postgres`, as `runNode` does. */
export const run = (...command: string[]): Run => runNode(CLI, ...command);

/** Starts Node in a process group of its own, with a private folder for temporary files. */
export function runNode(...args: string[]): Run {
  const folder = mkdtempSync(join(tmpdir(), "waypost-test-"));
  chmodSync(folder, 0o755); // the server may have to run as another user
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    env: { ...env, TMPDIR: folder },
    detached: true,
  });
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  return {
    process: child,
    ended: once(child, "close").then(([code, signal]) => code ?? signal),
    async firstLine() {
      while (!output.includes("\n")) await once(child.stdout, "data");
      return output.slice(0, output.indexOf("\n"));
    },
    leftovers: () => readdirSync(folder),
  };
}

/** Whether something accepts connections at the URL's port. */
export function listens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Process ids of the direct children. */
export function childrenOf(pid: number | undefined): number[] {
  return processes()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

export function isRunning(pid: number): boolean {
  return processes().some(([child]) => child === pid);
}

/**
 * Process ids, each with its parent's, without those that ended and only wait for their parent.
 * Small Linux images have no `ps`, and macOS has no `/proc`.
 */
function processes(): [number, number][] {
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" });
    return [...stdout.matchAll(/(\d+) +(\d+) +[^Z\s]/g)].map(([, pid, ppid]) => [
      Number(pid),
      Number(ppid),
    ]);
  }
  return readdirSync("/proc").flatMap((pid): [number, number][] => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const [, ppid] = /\nState:\s+[^Z].*?\nPPid:\s+(\d+)/s.exec(status) ?? [];
      return ppid === undefined ? [] : [[Number(pid), Number(ppid)]];
    } catch {
      return []; // no process, or one that has just ended
    }
  });
}
