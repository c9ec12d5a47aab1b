import { Command, InvalidArgumentError, Option } from "commander";
import type { Choice } from "./plan.ts";
import { SCENARIOS } from "./scenarios/index.ts";
import { DRIVERS } from "./subjects/subject.ts";

export interface Options extends Choice {
  /** A server to use instead of an embedded one. */
  readonly against: string | undefined;
  /** Files to write. */
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly markdown: string | undefined;
}

function milliseconds(text: string, others: readonly number[] = []): number[] {
  const value = Number(text);
  if (text === "" || !(value >= 0 && value <= 1000)) {
    throw new InvalidArgumentError("Pass milliseconds from 0 to 1000.");
  }
  return [...others, value];
}

/** Prints what is wrong, or the help that was asked for, and ends the process where there is nothing to run. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command("compare")
    .description(
      "Measures every driver and mode against the official saver and the driver's limit.",
    )
    .option("--against <url>", "a Postgres to use; else that of DATABASE_URL, or a new one")
    .addOption(new Option("--scenario <name...>", "only these").choices(Object.keys(SCENARIOS)))
    .addOption(
      new Option("--driver <name...>", "only these, and the official saver").choices(DRIVERS),
    )
    .option("--unprepared", "only what prepares no statements, as many poolers demand", false)
    .option(
      "--link <ms...>",
      "milliseconds added to a round trip; 0 is the direct way",
      milliseconds,
    )
    .option("--quick", "small cases, few rounds: the start says how long it takes", false)
    .option("--json <file>", "write the result as JSON")
    .option("--html <file>", "write a report with charts, in one file")
    .option("--markdown <file>", "write all tables as one page of Markdown")
    .parse([...argv]);
  const { scenario, driver, link, ...rest } = command.opts();
  return { ...rest, scenarios: scenario, drivers: driver, links: link } as Options;
}
