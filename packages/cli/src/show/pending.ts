import type { Details } from "./details.ts";
import type { Step } from "./history.ts";
import type { Task } from "./tasks.ts";
import { errorText, inFull } from "./words.ts";

/** What is under way at a checkpoint. */
export interface Pending {
  /** Tasks that were tried, and have not led to a step. */
  readonly tasks: readonly (Task & { readonly node: string })[];
  /** Nodes that have not been tried. */
  readonly next: readonly string[];
}

const NOTHING: Pending = { tasks: [], next: [] };

/** At the end of a branch all that runs next; before a fork, what failed or still asks there. */
export function pendingAt(step: Step, details: Details): Pending {
  const { thread } = details;
  if (thread.resultsOf(step).length > 0) return NOTHING;
  const isEnd = thread.childrenOf(step).length === 0;
  const { tasks } = details.superstep(step);
  const left = isEnd ? details.next(step) : [];
  for (const { node } of tasks) {
    const at = node === undefined ? -1 : left.indexOf(node);
    if (at >= 0) left.splice(at, 1);
  }
  // Of the functional API, the input triggers the function itself, under its own name.
  const untried = tasks.length > 0 ? left.filter((node) => node !== "__start__") : left;
  // The official saver does not store which node a task is of.
  const someNode = untried.length > 0 ? untried.join(" or ") : "a task";
  const unnamed = tasks.filter(({ node }) => node === undefined).length;
  const tried = tasks.map((task) => ({ ...task, node: task.node ?? someNode }));
  return {
    tasks: isEnd ? tried : tried.filter(({ state }) => state !== "done"),
    next: unnamed >= untried.length ? [] : untried,
  };
}

export type Status = "failed" | "interrupted" | "not finished" | "finished";

export function statusOf({ tasks, next }: Pending): Status {
  if (tasks.some(({ state }) => state === "failed")) return "failed";
  if (tasks.some(({ state }) => state === "interrupted")) return "interrupted";
  return tasks.length > 0 || next.length > 0 ? "not finished" : "finished";
}

/** How a thread stands, from what is under way at its latest checkpoint. */
export interface Standing {
  readonly status: Status;
  /** The node that failed or asks. */
  readonly node: string | undefined;
  /** Its error or question in full. */
  readonly text: string;
  /** The nodes that run next, those among them that were stopped. */
  readonly next: readonly string[];
}

export function standingOf(pending: Pending): Standing {
  const status = statusOf(pending);
  const open = pending.tasks.find(({ state }) => state === status);
  const stopped = pending.tasks.filter(({ state }) => state === "stopped");
  const next = [...stopped.map(({ node }) => node), ...pending.next];
  if (open === undefined) return { status, node: undefined, text: "", next };
  const text = status === "failed" ? errorText(open.error) : inFull(open.questions[0]);
  return { status, node: open.node, text, next };
}

/** How long a step took, and whether that holds a wait for somebody: an answer, or another run. */
export function timeOf(
  step: Step,
  details: Details,
): { readonly ms: number; readonly waited: boolean } | undefined {
  const parent = details.thread.parentOf(step);
  if (step.source !== "loop" || parent === undefined) return undefined;
  const ms = Date.parse(step.ts ?? "") - Date.parse(parent.ts ?? "");
  if (!(ms >= 0)) return undefined;
  const tried = details.origin(step).tasks;
  const resumed = (of: Step) => JSON.stringify(of.seen.__interrupt__);
  const waited =
    (parent.source !== "loop" && parent.source !== "input") ||
    resumed(step) !== resumed(parent) ||
    tried.some(({ questions, error }) => questions.length > 0 || error !== undefined);
  return { ms, waited };
}
