/**
 * `npm start` runs every example, `npm start pool` the one of that folder: each step in a process of
 * its own, against the Postgres of `DATABASE_URL` or one that ends with this process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { devPostgres } from "@waypost/dev-postgres";
import { askForKeys } from "./agent/src/keys.ts";
import { EXAMPLES, type Example, environment, type Step } from "./examples.ts";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    process.exitCode ??= 128 + constants.signals[signal];
    stopped.abort();
  });
}

/** @returns whether the process ended well */
async function run(folder: string, step: Step, env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(process.execPath, [step.file, ...step.args], {
    cwd: new URL(`./${folder}/`, import.meta.url),
    env,
    stdio: "inherit",
  });
  const stop = () => child.kill();
  stopped.signal.addEventListener("abort", stop);
  const [code] = await once(child, "exit");
  stopped.signal.removeEventListener("abort", stop);
  return code === 0;
}

const quoted = (argument: string) => (/\s/.test(argument) ? `"${argument}"` : argument);

async function play({ title, folder, steps }: Example, env: NodeJS.ProcessEnv): Promise<boolean> {
  console.log(`\n${title} (examples/${folder})`);
  for (const step of steps) {
    const command = ["node", step.file, ...step.args.map(quoted)].join(" ");
    console.log(`\n  $ ${command}`);
    const well = await run(folder, step, env);
    if (stopped.signal.aborted) return false;
    if (!well) {
      console.log(`\n  ${title}: "${command}" failed.`);
      return false;
    }
  }
  return true;
}

/** The server for these examples, if any of them needs one. */
async function serverFor(examples: readonly Example[]) {
  if (examples.every(({ serverless }) => serverless)) return undefined;
  const postgres = await devPostgres({ signal: stopped.signal });
  console.log(`Postgres: ${postgres.embedded ? "a new one, for this run" : "DATABASE_URL"}`);
  return postgres;
}

async function main(examples: readonly Example[]): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "waypost-examples-"));
  await using postgres = await serverFor(examples);
  const results = new Map<Example, boolean>();
  for (const example of examples) {
    const env = environment(example, postgres?.url, folder.path);
    results.set(example, await play(example, env));
    if (stopped.signal.aborted) return;
  }

  console.log();
  for (const [{ title, steps }, well] of results) {
    console.log(`${well ? "ok    " : "FAILED"}  ${title}: ${steps.length} processes`);
  }
  const failed = [...results.values()].filter((well) => !well).length;
  console.log(
    failed === 0
      ? "Each process went on from what the ones before it had stored in Postgres, and shared nothing else with them."
      : `${failed} of ${results.size} failed.`,
  );
  if (failed > 0) process.exitCode = 1;
}

const [folder] = process.argv.slice(2);
const chosen = EXAMPLES.filter((example) => folder === undefined || example.folder === folder);
if (chosen.length === 0) {
  const folders = [...new Set(EXAMPLES.map((example) => example.folder))];
  console.error(`No example "${folder}"; there are ${folders.join(", ")}.`);
  process.exit(2);
}
try {
  await askForKeys(); // once, for all processes
  await main(chosen);
} catch (error) {
  if (!stopped.signal.aborted) throw error;
}
