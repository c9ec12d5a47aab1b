import { printable } from "../output.ts";
import { bytes } from "../units.ts";
import type { Details } from "./details.ts";
import { isInternal, type Step } from "./history.ts";
import { sendsOf, type Task } from "./tasks.ts";
import { inWords } from "./words.ts";
import type { Write } from "./writes.ts";

/** One thing that a step changed, in words without control characters. */
export interface Change {
  /** The node that did, where several ran. */
  readonly node: string | undefined;
  /** Undefined where it sent to nodes. */
  readonly channel: string | undefined;
  readonly words: string;
}

/** What the tasks of a step wrote and sent, what callers wrote, and what nothing stored explains. */
export function changesOf(step: Step, details: Details): Change[] {
  const { tasks, updates } = details.origin(step);
  return [
    ...tasks.flatMap((task) => writtenBy(task, tasks.length > 1)),
    ...updates.flatMap((write) => written(write)),
    ...details.unexplained(step).flatMap((channel) => {
      const size = details.bytes(step, channel);
      const change = { node: undefined, channel: printable(channel), words: bytes(size ?? 0) };
      return size === undefined ? [] : [change];
    }),
  ];
}

/** Stored size of what a step wrote to the application's channels. */
export function changedBytes(step: Step, details: Details): number {
  const { tasks, updates } = details.origin(step);
  const writes = [...tasks.flatMap((task) => task.writes), ...updates];
  const sizes = [
    ...writes.filter(({ channel }) => !isInternal(channel)).map((write) => write.bytes),
    ...details.unexplained(step).map((channel) => details.bytes(step, channel) ?? 0),
  ];
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The nodes that ran, or what a caller did. */
export function titleOf(step: Step, details: Details): string {
  const counts = new Map<string, number>();
  for (const node of details.nodes(step)) counts.set(node, (counts.get(node) ?? 0) + 1);
  const nodes = [...counts].map(([node, n]) => `${printable(node)}${n > 1 ? ` ×${n}` : ""}`);
  const names = nodes.join(", ");
  if (step.source === "loop") return names || "loop";
  const source = printable(step.source ?? "?");
  return step.source === "update" && names !== "" ? `update as ${names}` : source;
}

function writtenBy({ node, writes }: Task, isNamed: boolean): Change[] {
  const name = isNamed && node !== undefined ? printable(node) : undefined;
  const changes = writes.flatMap((write) => written(write, name));
  const sent = sendsOf(writes).map(printable).join(", ");
  return sent === "" ? changes : [...changes, { node: name, channel: undefined, words: sent }];
}

/** What functions of the functional API return goes to channels of their own. */
const RESULTS = ["__return__", "__end__"];

function written({ channel, value, bytes: size }: Write, node?: string): Change[] {
  if (isInternal(channel) && !RESULTS.includes(channel)) return [];
  const name = RESULTS.includes(channel) ? "result" : printable(channel);
  return inWords(value, size).map((words) => ({ node, channel: name, words }));
}
