import { Command, Option } from "commander";
import { count, timeAgo } from "../arguments.ts";
import { confirm, old } from "../confirm.ts";
import { print, time } from "../output.ts";
import { withProgress } from "../progress.ts";
import { removedLine } from "../removed.ts";
import { globalsOf, Session } from "../session.ts";
import { number } from "../units.ts";

interface Options {
  readonly strategy: "keep_latest" | "delete";
  readonly keepLast?: number;
  readonly olderThan?: Date;
  readonly batch?: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export const sweepCommand = (signal: AbortSignal): Command =>
  new Command("sweep")
    .description("prune all threads, and remove what nothing refers to")
    .addOption(
      new Option("--strategy <strategy>", "delete: whole threads that are idle since --older-than")
        .choices(["keep_latest", "delete"])
        .default("keep_latest"),
    )
    .option("--keep-last <n>", "how many of the newest stay in each namespace", count)
    .option("--older-than <when>", "only checkpoints from before, e.g. 30d, or a date", timeAgo)
    .option("--batch <n>", "checkpoints to remove in one transaction at most", count)
    .option("--dry-run", "count, and remove nothing", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (options: Options, command: Command) => {
      const { strategy, keepLast, olderThan, batch, dryRun, yes } = options;
      if (strategy === "delete" && (olderThan === undefined || keepLast !== undefined)) {
        command.error("error: --strategy delete takes --older-than, and no --keep-last");
      }
      if (keepLast === undefined && olderThan === undefined) {
        command.error("error: pass --older-than, --keep-last or both: they say what may go");
      }
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const what =
        strategy === "delete"
          ? `Delete all threads without a checkpoint since ${time(olderThan)} from ${session.place}?`
          : `Remove ${old({ keepLast, olderThan })} of all threads, and what nothing refers to, from ${session.place}?`;
      if (!dryRun) await confirm(what, yes);
      const swept = await withProgress("Sweeping", (update) =>
        session.saver.sweep({
          ...{ strategy, keepLast, olderThan, batch, dryRun, signal },
          onProgress: ({ threads, checkpoints }) =>
            update(`${number(threads)} threads, ${number(checkpoints)} checkpoints removed`),
        }),
      );
      print(removedLine(swept, globals.json, dryRun));
    });
