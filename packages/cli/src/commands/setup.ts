import { Command, Option } from "commander";
import { count } from "../arguments.ts";
import { print, printJson } from "../output.ts";
import { globalsOf, Session } from "../session.ts";

export interface SetupFlags {
  readonly partitions?: number;
  readonly distribute?: "citus";
}

/** The options of `setup` and `sql` alike. */
export const setupFlags = (): Option[] => [
  new Option("--partitions <n>", "split new tables into n hash partitions, 2 to 1024").argParser(
    count,
  ),
  new Option("--distribute <how>", "distribute the tables over nodes")
    .choices(["citus"])
    .conflicts("partitions"),
];

export const setupCommand = (): Command => {
  const command = new Command("setup")
    .description("create the tables, or upgrade those of the official savers in place")
    .action(async (flags: SetupFlags, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await session.saver.setup(flags);
      if (globals.json) printJson({ schema: globals.schema });
      else print(`The tables in schema "${globals.schema}" are ready.`);
    });
  for (const option of setupFlags()) command.addOption(option);
  return command;
};
