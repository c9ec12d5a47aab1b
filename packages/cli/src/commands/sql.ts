import { setupScript } from "@waypost/pg";
import { Command } from "commander";
import { globalsOf } from "../session.ts";
import { type SetupFlags, setupFlags } from "./setup.ts";

export const sqlCommand = (): Command => {
  const command = new Command("sql")
    .description("print what setup does as SQL, to be reviewed and run by somebody else")
    .action((flags: SetupFlags, command: Command) => {
      process.stdout.write(setupScript(globalsOf(command).schema, flags));
    });
  for (const option of setupFlags()) command.addOption(option);
  return command;
};
