#!/usr/bin/env node
/** `dev-postgres COMMAND [ARGS…]`: runs a command with `DATABASE_URL` set to a Postgres that lives as long as it. */
import { spawn } from "node:child_process";
import { devPostgres } from "./index.ts";

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  process.stderr.write("usage: dev-postgres COMMAND [ARGS...]\n");
  process.exit(2);
}

const postgres = await devPostgres();
const child = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, DATABASE_URL: postgres.url },
});
// The command gets the terminal's Ctrl-C itself; this process stays to stop the server after it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));

const status = await new Promise<number>((resolve) => {
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    resolve(127);
  });
  child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
});
await postgres.stop();
process.exit(status);
