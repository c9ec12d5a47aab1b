import type { ThreadStatus } from "@waypost/core";
import { Command, Option } from "commander";
import { condition, count, timeAgo } from "../arguments.ts";
import { number, printJson, printTable, time } from "../output.ts";
import { globalsOf, Session } from "../session.ts";

interface Options {
  readonly limit: number;
  readonly filter?: Record<string, unknown>;
  readonly prefix?: string;
  readonly status?: ThreadStatus;
  readonly updatedAfter?: Date;
  readonly updatedBefore?: Date;
}

const STATUSES: readonly ThreadStatus[] = ["idle", "interrupted", "failed", "running"];

export const threadsCommand = (): Command =>
  new Command("threads")
    .description("list threads, the last updated first")
    .option("--limit <n>", "how many at most", count, 20)
    .option("--filter <key=value...>", "metadata of the thread, e.g. user=ann", condition)
    .option("--prefix <text>", "what the thread's id begins with")
    .addOption(new Option("--status <status>", "what became of its run").choices(STATUSES))
    .option("--updated-after <when>", "e.g. 1h, or a date", timeAgo)
    .option("--updated-before <when>", "e.g. 30d, or a date", timeAgo)
    .action(async (options: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const threads = await session.saver.listThreads(options);
      if (globals.json) {
        printJson(threads);
        return;
      }
      const rows = threads.map((thread) => [
        thread.threadId,
        time(thread.updatedAt),
        thread.status,
        thread.step === undefined ? "" : String(thread.step),
        number(thread.checkpoints),
        thread.namespaces.filter(Boolean).join(", "),
      ]);
      printTable(["thread", "updated", "status", ">step", ">checkpoints", "subgraphs"], rows);
    });
