import { Command } from "commander";
import { type Conditions, withConditions } from "../conditions.ts";
import { confirm, listed } from "../confirm.ts";
import { print } from "../output.ts";
import { withProgress } from "../progress.ts";
import { removedLine } from "../removed.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { number } from "../units.ts";

interface Options extends Conditions {
  readonly run?: readonly string[];
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export const deleteCommand = (signal: AbortSignal): Command =>
  withConditions(
    new Command("delete")
      .description("delete whole threads, or what some runs stored")
      .argument("[thread...]", "ids of threads")
      .option("--run <id...>", "ids of runs: removes what they stored, in all threads"),
  )
    .option("--dry-run", "count, and delete nothing; for threads", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (threads: string[], options: Options, command: Command) => {
      const { run = [], dryRun, yes, ...conditions } = options;
      const kinds = [threads, run, Object.keys(conditions)].filter(({ length }) => length > 0);
      if (kinds.length === 0) {
        command.error("error: name a thread or a run, or pass a condition such as --filter");
      }
      if (Object.keys(conditions).length > 0 && kinds.length > 1) {
        command.error("error: conditions such as --filter go without names of threads and runs");
      }
      if (dryRun && run.length > 0) command.error("error: --dry-run goes with threads only");
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const how = { dryRun, yes, json: globals.json };
      if (Object.keys(conditions).length > 0)
        await deleteMatching(session, conditions, how, signal);
      else await deleteNamed(session, threads, run, how);
    });

interface How {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

async function deleteNamed(
  session: Session,
  threads: readonly string[],
  run: readonly string[],
  { dryRun, yes, json }: How,
): Promise<void> {
  await requireThreads(session, threads);
  if (!dryRun) await confirm(question(threads, run, session.place), yes);
  const { saver } = session;
  const ofThreads = await saver.prune(threads, { strategy: "delete", dryRun });
  if (threads.length > 0) print(removedLine(ofThreads, json, dryRun));
  if (run.length > 0) print(removedLine(await saver.deleteForRuns(run), json, false));
  if (threads.length > 0 && ofThreads.checkpoints === 0 && !dryRun) process.exitCode = 1;
}

/** Says how many threads go before it asks. */
async function deleteMatching(
  { saver, place }: Session,
  conditions: Conditions,
  { dryRun, yes, json }: How,
  signal: AbortSignal,
): Promise<void> {
  if (dryRun || !yes) {
    const counted = await saver.deleteThreads({ ...conditions, dryRun: true, signal });
    if (dryRun) {
      print(removedLine(counted, json, true));
      return;
    }
    await confirm(`Delete ${number(counted.deleted)} whole threads from ${place}?`, yes);
  }
  const deleted = await withProgress("Deleting", (update) =>
    saver.deleteThreads({
      ...{ ...conditions, signal },
      onProgress: ({ deleted: soFar }) => update(`${number(soFar)} threads deleted`),
    }),
  );
  print(removedLine(deleted, json, false));
}

function question(threads: readonly string[], runs: readonly string[], place: string): string {
  const what = [
    ...(threads.length > 0 ? [listed("thread", threads)] : []),
    ...(runs.length > 0 ? [`what ${listed("run", runs)} stored in any thread`] : []),
  ];
  return `Delete ${what.join(" and ")} from ${place}?`;
}
