/**
 * `npm start` runs every example, `npm start pool` the one of that folder: each act in a process of
 * its own, against the Postgres of `DATABASE_URL` or one that ends with this process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { devPostgres } from "@waypost/dev-postgres";
import { MODES, type Mode, type Step } from "./modes.ts";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    process.exitCode ??= 128 + constants.signals[signal];
    stopped.abort();
  });
}

/** @returns whether the process ended well */
async function run(mode: Mode, step: Step, url: string): Promise<boolean> {
  const child = spawn(process.execPath, [step.file, step.act], {
    cwd: new URL(`./${mode.folder}/`, import.meta.url),
    env: { ...process.env, DATABASE_URL: url },
    stdio: "inherit",
  });
  const stop = () => child.kill();
  stopped.signal.addEventListener("abort", stop);
  const [code] = await once(child, "exit");
  stopped.signal.removeEventListener("abort", stop);
  return code === 0;
}

async function play(mode: Mode, url: string): Promise<boolean> {
  console.log(`\n${mode.title} (examples/${mode.folder})`);
  for (const step of mode.steps) {
    console.log(`\n  $ node ${step.file} ${step.act}`);
    const well = await run(mode, step, url);
    if (stopped.signal.aborted) return false;
    if (!well) {
      console.log(`\n  ${mode.title}: "${step.act}" failed.`);
      return false;
    }
  }
  return true;
}

async function main(modes: readonly Mode[]): Promise<void> {
  await using postgres = await devPostgres({ signal: stopped.signal });
  console.log(`Postgres: ${postgres.embedded ? "a new one, for this run" : "DATABASE_URL"}`);
  const results = new Map<Mode, boolean>();
  for (const mode of modes) {
    results.set(mode, await play(mode, postgres.url));
    if (stopped.signal.aborted) return;
  }

  console.log();
  for (const [mode, well] of results) {
    console.log(`${well ? "ok    " : "FAILED"}  ${mode.title}: ${mode.steps.length} processes`);
  }
  const failed = [...results.values()].filter((well) => !well).length;
  console.log(
    failed === 0
      ? "Each conversation was continued and forked by processes that shared nothing but Postgres."
      : `${failed} of ${results.size} failed.`,
  );
  if (failed > 0) process.exitCode = 1;
}

const [folder] = process.argv.slice(2);
const chosen = MODES.filter((mode) => folder === undefined || mode.folder === folder);
if (chosen.length === 0) {
  const folders = [...new Set(MODES.map((mode) => mode.folder))];
  console.error(`No example "${folder}"; there are ${folders.join(", ")}.`);
  process.exit(2);
}
try {
  await main(chosen);
} catch (error) {
  if (!stopped.signal.aborted) throw error;
}
