import { Command } from "commander";
import { confirm, listed } from "../confirm.ts";
import { print, printable } from "../output.ts";
import { withProgress } from "../progress.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";
import { bytes, number } from "../units.ts";

interface Options {
  readonly repair: boolean;
  readonly yes: boolean;
}

export const verifyCommand = (signal: AbortSignal): Command =>
  new Command("verify")
    .description("look for damage, e.g. before a switch from the official saver; reads every value")
    .argument("[thread...]", "only these threads")
    .option("--repair", "remove values and writes that nothing refers to", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (threads: string[], { repair, yes }: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await requireThreads(session, threads);
      if (repair) {
        const of = threads.length > 0 ? listed("thread", threads) : "all threads";
        await confirm(`Remove orphaned values and writes of ${of} from ${session.place}?`, yes);
      }
      const threadIds = threads.length > 0 ? threads : undefined;
      let damaged = 0;
      await withProgress("Verifying", async (update) => {
        for await (const found of session.saver.verify({ threadIds, repair, signal })) {
          const open = found.problems.filter(({ repaired }) => !repaired);
          if (open.length > 0) damaged += 1;
          update(`${number(damaged)} threads with problems`);
          if (globals.json) print(JSON.stringify(found));
          else for (const problem of found.problems) print(line(found.threadId, problem));
        }
      });
      if (damaged > 0) process.exitCode = 1;
      else if (!globals.json) print("Nothing is wrong.");
    });

type Problem = Awaited<
  ReturnType<ReturnType<Session["saver"]["verify"]>["next"]>
>["value"]["problems"][number];

function line(threadId: string, problem: Problem): string {
  const { kind, checkpointNs, channel, version, checkpointIds, rows, repaired } = problem;
  const parts = [
    checkpointNs ? `namespace ${checkpointNs}` : "",
    channel === undefined ? "" : `channel ${channel}`,
    version === undefined ? "" : `version ${version}`,
    checkpointIds === undefined ? "" : `checkpoints ${checkpointIds.slice(0, 3).join(", ")}`,
    rows === undefined ? "" : `${number(rows)} rows, ${bytes(problem.bytes ?? 0)}`,
    repaired ? "repaired" : "",
  ].filter(Boolean);
  return printable(`${threadId}: ${kind}: ${parts.join("; ")}`);
}
