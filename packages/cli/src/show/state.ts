import { inspect } from "node:util";
import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { createTwoFilesPatch } from "diff";
import { hasColors, printable, style } from "../output.ts";

/** What a checkpoint holds, in full. */
export function stateOf({ checkpoint, metadata, pendingWrites = [], ...tuple }: CheckpointTuple) {
  return {
    id: checkpoint.id,
    namespace: String(tuple.config.configurable?.checkpoint_ns ?? ""),
    parent: tuple.parentConfig?.configurable?.checkpoint_id ?? null,
    ts: checkpoint.ts,
    metadata,
    values: checkpoint.channel_values,
    pendingWrites,
  };
}

export const stateLines = (tuple: CheckpointTuple): string[] =>
  inspected(stateOf(tuple), hasColors()).split("\n");

/** What differs between the values of two checkpoints, as a unified diff. */
export function diffLines(a: CheckpointTuple, b: CheckpointTuple): string[] {
  const [before = "", after = ""] = [a, b].map(
    ({ checkpoint }) => `${inspected(checkpoint.channel_values, false)}\n`,
  );
  const [from = "", to = ""] = [a, b].map(({ checkpoint }) => printable(checkpoint.id));
  if (before === after) return ["The values are the same."];
  const lines = createTwoFilesPatch(from, to, before, after).trimEnd().split("\n");
  return lines.map((line) => {
    if (/^\+(?!\+\+ )/.test(line)) return style("green", line);
    return /^-(?!-- )/.test(line) ? style("red", line) : line;
  });
}

/** Values as Node shows them; control characters in strings are escaped by it. */
export function inspected(value: unknown, colors: boolean): string {
  return inspect(value, {
    ...{ colors, depth: 8, sorted: true, breakLength: 80 },
    ...{ maxArrayLength: Number.POSITIVE_INFINITY, maxStringLength: Number.POSITIVE_INFINITY },
  });
}
