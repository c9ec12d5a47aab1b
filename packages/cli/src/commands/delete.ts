import { Command } from "commander";
import { confirm, listed } from "../confirm.ts";
import { print } from "../output.ts";
import { removedLine } from "../removed.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";

interface Options {
  readonly run?: readonly string[];
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export const deleteCommand = (): Command =>
  new Command("delete")
    .description("delete whole threads, or what some runs stored")
    .argument("[thread...]", "ids of threads")
    .option("--run <id...>", "ids of runs: removes what they stored, in all threads")
    .option("--dry-run", "count, and delete nothing; for threads", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (threads: string[], { run = [], dryRun, yes }: Options, command: Command) => {
      if (threads.length + run.length === 0) command.error("error: name a thread or a run");
      if (dryRun && run.length > 0) command.error("error: --dry-run goes with threads only");
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await requireThreads(session, threads);
      if (!dryRun) await confirm(question(threads, run, session.place), yes);
      const { saver } = session;
      const ofThreads = await saver.prune(threads, { strategy: "delete", dryRun });
      if (threads.length > 0) print(removedLine(ofThreads, globals.json, dryRun));
      if (run.length > 0) print(removedLine(await saver.deleteForRuns(run), globals.json, false));
      if (threads.length > 0 && ofThreads.checkpoints === 0 && !dryRun) process.exitCode = 1;
    });

function question(threads: readonly string[], runs: readonly string[], place: string): string {
  const what = [
    ...(threads.length > 0 ? [listed("thread", threads)] : []),
    ...(runs.length > 0 ? [`what ${listed("run", runs)} stored in any thread`] : []),
  ];
  return `Delete ${what.join(" and ")} from ${place}?`;
}
