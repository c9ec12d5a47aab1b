import { Command } from "commander";
import { print, printJson } from "../output.ts";
import { globalsOf, Session } from "../session.ts";

export const setupCommand = (): Command =>
  new Command("setup")
    .description("create the tables, or upgrade those of the official savers in place")
    .action(async (_, command: Command) => {
      const globals = globalsOf(command);
      await using session = new Session(globals);
      await session.saver.setup();
      if (globals.json) printJson({ schema: globals.schema });
      else print(`The tables in schema "${globals.schema}" are ready.`);
    });
