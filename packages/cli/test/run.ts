import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { databaseUrl } from "@waypost/conformance/fixtures";

export const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Environment {
  readonly [name: string]: string | undefined;
}

/** Runs the program as people do, with what they type. */
export function waypost(
  args: readonly string[],
  input = "",
  env: Environment = { DATABASE_URL: databaseUrl() },
): Promise<Ended> {
  return run(process.execPath, [CLI, ...args], input, env);
}

/** The same, while it runs. */
export function start(args: readonly string[]) {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl() };
  const child = spawn(process.execPath, [CLI, ...args], { env });
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), ended: endOf(child) };
}

/**
 * The same in a terminal of its own, which `script` of util-linux makes.
 *
 * @param input what is typed when it asks; undefined where it does not
 */
export function inTerminal(
  args: readonly string[],
  input: string | undefined,
  env: Environment = {},
  columns = 100,
): Promise<Ended> {
  const quoted = [process.execPath, CLI, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`);
  const command = `stty cols ${columns}; ${quoted.join(" ")}`;
  const options = ["--quiet", "--return", "--flush", "--command", command, "/dev/null"];
  const all = { DATABASE_URL: databaseUrl(), TERM: "xterm", ...env };
  return run("script", options, input ?? "", all, input === undefined ? undefined : "[y/N]");
}

/** @param prompt what is waited for before the input is typed */
function run(
  command: string,
  args: readonly string[],
  input: string,
  env: Environment,
  prompt?: string,
): Promise<Ended> {
  const child = spawn(command, [...args], {
    env: { PATH: process.env.PATH, NO_COLOR: prompt === undefined ? "1" : undefined, ...env },
  });
  const ended = endOf(child);
  let shown = "";
  let typed = prompt === undefined;
  child.stdout.on("data", (chunk) => {
    shown += chunk;
    if (typed || !shown.includes(prompt as string)) return;
    typed = true;
    child.stdin.write(input);
  });
  if (prompt === undefined) child.stdin.end(input);
  return ended;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
