import type { ListThreadsOptions } from "@waypost/core";
import { type Command, Option } from "commander";
import { condition, timeAgo } from "./arguments.ts";

/** What selects threads, as `listThreads` takes it. */
export type Conditions = Pick<
  ListThreadsOptions,
  "filter" | "prefix" | "status" | "updatedAfter" | "updatedBefore"
>;

export const withConditions = (command: Command): Command =>
  command
    .option("--filter <key=value...>", "metadata of the thread, e.g. user=ann", condition)
    .option("--prefix <text>", "what the thread's id begins with")
    .addOption(
      new Option("--status <status>", "what became of its run").choices([
        ...["idle", "interrupted", "failed", "running"],
      ]),
    )
    .option("--updated-after <when>", "e.g. 1h, or a date", timeAgo)
    .option("--updated-before <when>", "e.g. 30d, or a date", timeAgo);
