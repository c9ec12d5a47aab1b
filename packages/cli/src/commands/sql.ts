import { setupScript } from "@waypost/pg";
import { Command } from "commander";
import { globalsOf } from "../session.ts";

export const sqlCommand = (): Command =>
  new Command("sql")
    .description("print what setup does as SQL, to be reviewed and run by somebody else")
    .action((_, command: Command) => {
      process.stdout.write(setupScript(globalsOf(command).schema));
    });
