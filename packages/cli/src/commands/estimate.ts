import { Command } from "commander";
import { count } from "../arguments.ts";
import { estimate } from "../estimate.ts";
import { printJson, printTable } from "../output.ts";
import { globalsOf } from "../session.ts";
import { bytes, number } from "../units.ts";

interface Options {
  readonly threadsPerDay: number;
  readonly turns: number;
  readonly textBytes: number;
  readonly days: number;
  readonly peak: number;
  readonly roundTrip: number;
}

export const estimateCommand = (): Command =>
  new Command("estimate")
    .description("how large a deployment becomes, from measured constants; needs no database")
    .requiredOption("--threads-per-day <n>", "conversations that begin each day", count)
    .requiredOption("--turns <n>", "questions and answers in each of them", count)
    .option("--text-bytes <n>", "text of a question and its answer", count, 1000)
    .option("--days <n>", "how long threads are kept", count, 90)
    .option("--peak <n>", "times the average in the busiest second", count, 10)
    .option("--round-trip <ms>", "milliseconds from a statement to its answer", count, 2)
    .action(({ roundTrip: roundTripMs, ...load }: Options, command: Command) => {
      const found = estimate({ ...load, roundTripMs });
      if (globalsOf(command).json) {
        printJson(found);
        return;
      }
      const rate = (perSecond: number) => `${number(Math.ceil(perSecond))} a second`;
      printTable(
        ["", ">a day", `>in ${load.days} days`, ">at the peak"],
        [
          ["turns", number(found.turnsPerDay), number(found.turnsPerDay * load.days), ""],
          ["rows", number(found.rowsPerDay), number(found.rowsKept), ""],
          ["on disk, with indexes", bytes(found.bytesPerDay), bytes(found.bytesKept), ""],
          ["write-ahead log", bytes(found.logBytesPerDay), "", ""],
          ["statements", "", "", rate(found.statementsPerSecond)],
          ["commits", "", "", rate(found.commitsPerSecond)],
          ["writes to the disk, about", "", "", rate(found.writesPerSecond)],
          ["busy connections", "", "", number(found.connections)],
        ],
      );
    });
