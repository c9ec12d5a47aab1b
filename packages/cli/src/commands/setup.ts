import { Command, Option } from "commander";
import { count } from "../arguments.ts";
import { print, printJson } from "../output.ts";
import { globalsOf, Session } from "../session.ts";

type SetupOptions = NonNullable<Parameters<Session["saver"]["setup"]>[0]>;

export const setupCommand = (): Command =>
  new Command("setup")
    .description("create the tables, or upgrade those of the official savers in place")
    .option("--partitions <n>", "make the tables in so many partitions by thread, 2 to 1024", count)
    .addOption(
      new Option("--distribute <system>", "spread the tables over a cluster")
        .choices(["citus"])
        .conflicts("partitions"),
    )
    .option("--metadata-index", "make the index for filters by metadata, while runs go on")
    .action(async (options: SetupOptions, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await session.saver.setup(options);
      if (globals.json) printJson({ schema: globals.schema });
      else print(`The tables in schema "${globals.schema}" are ready.`);
    });
