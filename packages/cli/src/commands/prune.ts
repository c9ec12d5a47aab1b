import { Command, Option } from "commander";
import { count, timeAgo } from "../arguments.ts";
import { confirm, listed, old } from "../confirm.ts";
import { print, time } from "../output.ts";
import { removedLine } from "../removed.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";

interface Options {
  readonly keepLast?: number;
  readonly olderThan?: Date;
  readonly strategy: "keep_latest" | "delete";
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export const pruneCommand = (): Command =>
  new Command("prune")
    .description("remove old checkpoints of some threads")
    .argument("<thread...>", "ids of threads")
    .option("--keep-last <n>", "how many of the newest stay in each namespace", count)
    .option("--older-than <when>", "only those from before, e.g. 30d, or a date", timeAgo)
    .addOption(
      new Option("--strategy <which>", "what goes: all but the latest, or whole threads")
        .choices(["keep_latest", "delete"])
        .default("keep_latest"),
    )
    .option("--dry-run", "count, and remove nothing", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (threads: string[], { yes, ...options }: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await requireThreads(session, threads);
      if (!options.dryRun) await confirm(question(threads, options, session.place), yes);
      const { keepLast, olderThan, strategy, dryRun } = options;
      const removed = await session.saver.prune(threads, { keepLast, olderThan, strategy, dryRun });
      print(removedLine(removed, globals.json, dryRun));
    });

function question(
  threads: readonly string[],
  { strategy, ...limits }: Omit<Options, "yes">,
  place: string,
): string {
  const named = listed("thread", threads);
  const { olderThan } = limits;
  if (strategy === "keep_latest") return `Remove ${old(limits)} of ${named} from ${place}?`;
  const untouched = olderThan === undefined ? "" : `, if it was not used since ${time(olderThan)}`;
  return `Delete ${named} from ${place}${untouched}?`;
}
