import { setupScript } from "@waypost/pg";
import { Command, Option } from "commander";
import { count } from "../arguments.ts";
import { globalsOf } from "../session.ts";

export const sqlCommand = (): Command =>
  new Command("sql")
    .description("print what setup does as SQL, to be reviewed and run by somebody else")
    .option("--partitions <n>", "make the tables in so many partitions by thread, 2 to 1024", count)
    .addOption(
      new Option("--distribute <system>", "spread the tables over a cluster")
        .choices(["citus"])
        .conflicts("partitions"),
    )
    .action((options: NonNullable<Parameters<typeof setupScript>[1]>, command: Command) => {
      process.stdout.write(setupScript(globalsOf(command).schema, options));
    });
