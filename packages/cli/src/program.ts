import { Command, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { copyCommand } from "./commands/copy.ts";
import { deleteCommand } from "./commands/delete.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { estimateCommand } from "./commands/estimate.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { pruneCommand } from "./commands/prune.ts";
import { setupCommand } from "./commands/setup.ts";
import { showCommand } from "./commands/show.ts";
import { sqlCommand } from "./commands/sql.ts";
import { statusCommand } from "./commands/status.ts";
import { storageCommand } from "./commands/storage.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { threadsCommand } from "./commands/threads.ts";
import { verifyCommand } from "./commands/verify.ts";
import { viewCommand } from "./commands/view.ts";

/** @param signal ends long work early */
export function program(signal: AbortSignal): Command {
  const waypost = new Command("waypost")
    .version(manifest.version, "--version", "print the version")
    .description("Looks after LangGraph checkpoints in Postgres.")
    .addOption(
      // Its default would be shown in the help, with the password in it.
      new Option("--database <url>", "the database; else DATABASE_URL").env("DATABASE_URL"),
    )
    .option("--schema <name>", "schema of the tables", "public")
    .option("--json", "print JSON, for scripts", false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const commands = [
    setupCommand(),
    sqlCommand(),
    statusCommand(),
    threadsCommand(),
    showCommand(),
    viewCommand(signal),
    copyCommand(),
    deleteCommand(signal),
    pruneCommand(),
    sweepCommand(signal),
    verifyCommand(signal),
    storageCommand(signal),
    exportCommand(signal),
    importCommand(signal),
    doctorCommand(),
    estimateCommand(),
  ];
  for (const command of commands)
    waypost.addCommand(command.exitOverride().copyInheritedSettings(waypost));
  return waypost;
}
