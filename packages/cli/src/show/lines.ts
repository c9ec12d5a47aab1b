import { bold, dim, printable, style } from "../output.ts";
import { duration } from "../units.ts";
import { type Change, changesOf, titleOf } from "./changes.ts";
import type { Details } from "./details.ts";
import type { Step } from "./history.ts";
import { type Pending, pendingAt, timeOf } from "./pending.ts";
import { isRetried, type Task } from "./tasks.ts";
import { wrap } from "./text.ts";
import { moment } from "./when.ts";
import { errorText, inFull } from "./words.ts";

/** Lines of one step that tell what it changed. */
const MOST_CHANGES = 12;
/** Lines of a question or an error. */
const MOST_LINES = 5;

/** The first line of a step: its id, what ran, how long and when. */
export function headline(step: Step, details: Details, id: string): string {
  const isCurrent = details.thread.isCurrent(step);
  const time = timeOf(step, details);
  const mark = step === details.thread.latest ? style("green", " ◀ current") : "";
  const parts = [
    `step ${step.step ?? "?"} ${bold(titleOf(step, details))}${mark}`,
    time === undefined ? "" : `${time.waited ? "waited " : ""}${duration(time.ms)}`,
    dim(moment(step.ts)),
  ];
  return `${isCurrent ? style("green", "●") : "○"} ${id}  ${parts.filter(Boolean).join(" · ")}`;
}

/**
 * What a step changed, and what its tasks asked.
 *
 * @param before columns before each line
 */
export function changes(step: Step, details: Details, id: string, before: number): string[] {
  const asked = details
    .origin(step)
    .tasks.flatMap((task) => [
      ...questionLines(task, before, "answered"),
      ...(isRetried(task) ? failure(task, before, "; ran again") : []),
    ]);
  const written = changesOf(step, details).map(changeLine);
  const rest = written.length - MOST_CHANGES;
  if (rest <= 1) return [...asked, ...written];
  const more = dim(`… ${rest} more: --checkpoint ${id}`);
  return [...asked, ...written.slice(0, MOST_CHANGES), more];
}

function changeLine({ node, channel, words }: Change): string {
  const lead = node === undefined ? "" : `${node}  `;
  return `${lead}${channel === undefined ? `→ ${words}` : `${dim(channel)}  ${words}`}`;
}

/** What is under way at a checkpoint, and what is next. */
export function pendingLines(step: Step, details: Details, before: number): string[] {
  const { tasks, next }: Pending = pendingAt(step, details);
  const lines = tasks.flatMap((task) => {
    if (task.state === "interrupted") return questionLines(task, before, "open");
    if (task.state === "failed")
      return [...questionLines(task, before, "open"), ...failure(task, before)];
    if (task.state === "stopped") return `✗ ${printable(task.node)}  stopped, runs again`;
    return `${style("green", "✓")} ${printable(task.node)}  done, waits for the others`;
  });
  return next.length === 0 ? lines : [...lines, `▶ next: ${next.map(printable).join(", ")}`];
}

function questionLines(task: Task, before: number, state: "open" | "answered"): string[] {
  const { node, questions, answer } = task;
  return questions.flatMap((question) => {
    const name = printable(node ?? "interrupt");
    const lines = hanging(`⏸ ${name}: `, inFull(question), before);
    const [first = "", ...others] = lines;
    const answered =
      state === "answered" && answer !== undefined
        ? hanging("  ↳ answer: ", inFull(answer.value), before)
        : [];
    return [style("yellow", first), ...others, ...answered];
  });
}

function failure({ node, error }: Task, before: number, suffix = ""): string[] {
  const name = printable(node ?? "a node");
  const [first = "", ...others] = hanging(`✗ ${name}: `, errorText(error) + suffix, before);
  return [style("red", first), ...others];
}

/** Wrapped text behind a lead, its further lines below the first. */
export function hanging(lead: string, text: string, before: number): string[] {
  const indent = " ".repeat(Math.min(lead.length, 4));
  const [first = "", ...others] = wrap(`${lead}${text}`, before + indent.length, MOST_LINES);
  return [first, ...others.map((line) => `${indent}${line}`)];
}
