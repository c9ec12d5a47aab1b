#!/usr/bin/env node
/** `dev-postgres COMMAND [ARGS…]`: runs a command with `DATABASE_URL` set to a Postgres that lives as long as it. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { devPostgres } from "./index.ts";

const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  process.stderr.write("usage: dev-postgres COMMAND [ARGS...]\n");
  process.exit(2);
}

// Until the command runs, a signal ends the start; after that it is the command's to answer.
const starting = new AbortController();
let pass = (_signal: NodeJS.Signals): void => {};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    starting.abort(signal);
    pass(signal);
  });
}

const postgres = await devPostgres({ signal: starting.signal }).catch((error: unknown) => {
  const { aborted, reason } = starting.signal;
  if (!aborted) process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(aborted ? exitCodeOf(reason) : 1);
});

const child = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, DATABASE_URL: postgres.url },
});
pass = (signal) => {
  // A terminal sends its Ctrl-C to the command as well, and a second one often means "at once".
  if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
};

const status = await new Promise<number>((resolve) => {
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    resolve(127);
  });
  child.once("exit", (code, signal) => resolve(code ?? (signal ? exitCodeOf(signal) : 1)));
});
await postgres.stop();
process.exit(status);
