import { spawn } from "node:child_process";
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

/** The same in a terminal of its own, which `script` of util-linux makes. */
export function inTerminal(
  args: readonly string[],
  input: string,
  env: Environment = {},
): Promise<Ended> {
  const quoted = [process.execPath, CLI, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`);
  const command = `stty cols 100; ${quoted.join(" ")}`;
  const options = ["--quiet", "--return", "--flush", "--command", command, "/dev/null"];
  const all = { DATABASE_URL: databaseUrl(), TERM: "xterm", ...env };
  return run("script", options, input, all, "[y/N]");
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
  let stdout = "";
  let stderr = "";
  let typed = prompt === undefined;
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    if (typed || !stdout.includes(prompt as string)) return;
    typed = true;
    child.stdin.write(input);
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  if (prompt === undefined) child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
