import { Command } from "commander";
import { confirm, listed } from "../confirm.ts";
import { print, printable, printJson } from "../output.ts";
import { globalsOf, Session } from "../session.ts";
import { requireThreads } from "../threads.ts";

interface Options {
  readonly overwrite: boolean;
  readonly yes: boolean;
}

export const copyCommand = (): Command =>
  new Command("copy")
    .description("copy a thread, on the server")
    .argument("<source>", "id of the thread")
    .argument("<target>", "id of the copy")
    .option("--overwrite", "replace the target if it exists", false)
    .option("-y, --yes", "do not ask", false)
    .action(async (source: string, target: string, options: Options, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      const { overwrite, yes } = options;
      await requireThreads(session, [source]);
      if (overwrite)
        await confirm(
          `Replace ${listed("thread", [target])} in ${session.place} by a copy of ${listed("thread", [source])}?`,
          yes,
        );
      await session.saver.copyThread(source, target, { overwrite });
      if (globals.json) printJson({ source, target });
      else print(`Copied "${printable(source)}" to "${printable(target)}".`);
    });
