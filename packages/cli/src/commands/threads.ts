import { Command } from "commander";
import { condition, count, timeAgo } from "../arguments.ts";
import { printJson, printTable, time } from "../output.ts";
import { globalsOf, Session } from "../session.ts";
import { number } from "../units.ts";

interface Options {
  readonly limit: number;
  readonly filter?: Record<string, unknown>;
  readonly updatedBefore?: Date;
}

export const threadsCommand = (): Command =>
  new Command("threads")
    .description("list threads, the last updated first")
    .option("--limit <n>", "how many at most", count, 20)
    .option("--filter <key=value...>", "metadata of the latest checkpoint", condition)
    .option("--updated-before <when>", "e.g. 30d, or a date", timeAgo)
    .action(async ({ limit, filter, updatedBefore }: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const threads = await session.saver.listThreads({ limit, filter, updatedBefore });
      if (globals.json) {
        printJson(threads);
        return;
      }
      const rows = threads.map((thread) => [
        thread.threadId,
        time(thread.updatedAt),
        thread.source ?? "",
        thread.step === undefined ? "" : String(thread.step),
        number(thread.checkpoints),
        thread.namespaces.filter(Boolean).join(", "),
      ]);
      printTable(["thread", "updated", "source", ">step", ">checkpoints", "subgraphs"], rows);
    });
