import { append } from "./group.ts";
import type { Write } from "./writes.ts";

/** What one node did, or tried, from a checkpoint. */
export interface Task {
  /** Undefined where nothing stored tells it, e.g. of threads of the official saver. */
  readonly node: string | undefined;
  readonly state: "done" | "interrupted" | "failed" | "stopped";
  /** What it wrote to channels, and what it sent to nodes. */
  readonly writes: readonly Write[];
  /** What it asked last. */
  readonly questions: readonly unknown[];
  readonly answer: { readonly value: unknown } | undefined;
  readonly error: unknown;
}

/** Of a caller that resumes, not of a node. */
const CALLER = "00000000-0000-0000-0000-000000000000";

/** The tasks that ran from a checkpoint, and what callers wrote to it. */
export interface Superstep {
  readonly tasks: readonly Task[];
  /** Written by `updateState`, or by a command that resumed. */
  readonly updates: readonly Write[];
}

/**
 * Tells the tasks of a checkpoint apart.
 *
 * @param writes those of the checkpoint, in LangGraph's order
 * @param sentTo nodes to which the step before sent, in order
 */
export function superstepOf(writes: readonly Write[], sentTo: readonly string[]): Superstep {
  const byTask = new Map<string, Write[]>();
  for (const write of writes) append(byTask, write.taskId, write);
  const caller = byTask.get(CALLER) ?? [];
  byTask.delete(CALLER);
  const resumed = caller.filter(({ channel }) => channel === "__resume__");
  // The official saver stores no paths; there an update looks as a task does.
  const hasPaths = writes.some(({ path }) => path !== "");
  const tasks: Task[] = [];
  const updates = caller.filter(({ idx }) => idx >= 0);
  for (const own of byTask.values()) {
    const path = own[0]?.path ?? "";
    if (hasPaths && path === "") updates.push(...own.filter(({ idx }) => idx >= 0));
    else tasks.push(taskOf(own, resumed, nodeAt(path, sentTo)));
  }
  return { tasks, updates };
}

function taskOf(own: readonly Write[], resumed: readonly Write[], node?: string): Task {
  const lastOf = (channel: string) => own.findLast((write) => write.channel === channel)?.value;
  const interrupts = lastOf("__interrupt__");
  const answers = lastOf("__resume__") ?? resumed.at(-1)?.value;
  const isDone = own.some(({ idx, channel }) => idx >= 0 || channel === "__no_writes__");
  const hasFailed = own.some(({ channel }) => channel === "__error__");
  const error = lastOf("__error__");
  const isAsking = interrupts !== undefined;
  return {
    node,
    state: isDone ? "done" : hasFailed ? endOf(error) : isAsking ? "interrupted" : "done",
    writes: own.filter(({ idx, channel }) => idx >= 0 && channel !== "__no_writes__"),
    questions: isAsking ? [interrupts].flat().map(questionOf) : [],
    answer: answers === undefined ? undefined : { value: [answers].flat().at(-1) },
    error,
  };
}

/** Where a task fails or a run is cancelled, LangGraph stops the tasks beside it, and runs them again later. */
export function endOf(error: unknown): "failed" | "stopped" {
  return (error as { name?: unknown } | undefined)?.name === "AbortError" ? "stopped" : "failed";
}

/** Whether a task that has led to a step had failed before. */
export const isRetried = ({ error }: Task): boolean =>
  error !== undefined && endOf(error) === "failed";

function questionOf(interrupt: unknown): unknown {
  const isRecord = typeof interrupt === "object" && interrupt !== null && "value" in interrupt;
  return isRecord ? interrupt.value : interrupt;
}

/** Paths are made by LangGraph: `~__pregel_pull, model` or `~__pregel_push, 0000000002, …`. */
function nodeAt(path: string, sentTo: readonly string[]): string | undefined {
  const pulled = /^~__pregel_pull, (.*)$/s.exec(path);
  if (pulled !== null) return pulled[1];
  const pushed = /^~__pregel_push, (\d+)/.exec(path);
  return pushed === null ? undefined : sentTo[Number(pushed[1])];
}

/** The nodes that writes send to, in order. */
export const sendsOf = (writes: readonly Write[]): string[] =>
  writes
    .filter(({ channel }) => channel === "__pregel_tasks")
    .map(({ value }) => nodeOfSend(value));

export function nodeOfSend(value: unknown): string {
  const { node } = (value ?? {}) as { node?: unknown };
  return typeof node === "string" ? node : "?";
}
