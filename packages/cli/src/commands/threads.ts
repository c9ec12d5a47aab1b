import { Command } from "commander";
import { count } from "../arguments.ts";
import { type Conditions, withConditions } from "../conditions.ts";
import { printJson, printTable, time } from "../output.ts";
import { globalsOf, Session } from "../session.ts";
import { number } from "../units.ts";

interface Options extends Conditions {
  readonly limit: number;
}

export const threadsCommand = (): Command =>
  withConditions(
    new Command("threads")
      .description("list threads, the last updated first")
      .option("--limit <n>", "how many at most", count, 20),
  ).action(async (options: Options, command: Command) => {
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
