import type { Session } from "../session.ts";
import { changedBytes, changesOf, titleOf } from "../show/changes.ts";
import { Details } from "../show/details.ts";
import type { Step } from "../show/history.ts";
import { type Pending, pendingAt, standingOf, timeOf } from "../show/pending.ts";
import { isRetried, type Task } from "../show/tasks.ts";
import { errorText, inFull } from "../show/words.ts";
import type { Write } from "../show/writes.ts";
import type {
  PendingInfo,
  StandingInfo,
  StepInfo,
  StepKey,
  StepLine,
  TaskInfo,
  WriteInfo,
} from "./api.ts";
import { NotFound } from "./errors.ts";
import type { OpenThread } from "./open-threads.ts";
import { shapeOf } from "./shapes.ts";

/** Lines of a step that tell what it changed. */
const MOST_CHANGES = 12;
/** Characters of a question or an error in a line. */
const MOST_TEXT = 300;

/** What the lines of some steps tell; of ids that are not there, nothing. */
export async function stepLines(
  session: Session,
  threadId: string,
  { thread }: OpenThread,
  ids: readonly string[],
): Promise<StepLine[]> {
  const wanted = new Set(ids);
  const steps = thread.steps.filter(({ id }) => wanted.has(id));
  const details = await Details.read(session, threadId, thread, steps);
  return steps.map((step) => lineOf(step, details));
}

export async function standingAt(
  session: Session,
  threadId: string,
  { thread }: OpenThread,
): Promise<StandingInfo | undefined> {
  const { latest } = thread;
  if (latest === undefined) return undefined;
  const details = await Details.read(session, threadId, thread, [latest]);
  return standingOf(pendingAt(latest, details));
}

/** A step in full, without the values of its state. @throws NotFound */
export async function stepInfo(
  session: Session,
  threadId: string,
  opened: OpenThread,
  key: StepKey,
): Promise<StepInfo> {
  const { thread } = opened;
  const step = stepAt(opened, key);
  const details = await Details.read(session, threadId, thread, [step]);
  const { tasks, updates } = details.origin(step);
  const { ts, source, parent } = step;
  return {
    ...lineOf(step, details),
    ...{ ts, step: step.step, source, parent, current: thread.isCurrent(step) },
    children: thread.childrenOf(step).map(({ id }) => id),
    ran: tasks.map(taskInfo),
    updates: updates.map(writeInfo),
    tasks: pendingAt(step, details).tasks.map(taskInfo),
    metadata: shapeOf(await metadataOf(session, threadId, step)),
  };
}

/** @throws NotFound */
export function stepAt({ thread }: OpenThread, { namespace, id }: StepKey): Step {
  const step = thread.find(namespace, id);
  if (step === undefined) throw new NotFound("There is no such checkpoint, or not any more.");
  return step;
}

async function metadataOf(
  session: Session,
  threadId: string,
  { namespace, id }: StepKey,
): Promise<unknown> {
  const [row] = await session.rows<{ metadata: unknown }>(
    `SELECT metadata FROM ${session.table("checkpoints")}
     WHERE thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = $3`,
    [threadId, namespace, id],
  );
  return row?.metadata;
}

function lineOf(step: Step, details: Details): StepLine {
  const { namespace, id } = step;
  const { tasks } = details.origin(step);
  const pending = pendingAt(step, details);
  return {
    ...{ namespace, id, title: titleOf(step, details), bytes: changedBytes(step, details) },
    changes: changesOf(step, details).slice(0, MOST_CHANGES),
    time: timeOf(step, details),
    answered: tasks.some(({ questions }) => questions.length > 0),
    retried: tasks.some(isRetried),
    pending: pending.tasks.map(pendingInfo),
    next: pending.next,
  };
}

function pendingInfo({ node, state, error, questions }: Pending["tasks"][number]): PendingInfo {
  const text =
    state === "failed" ? errorText(error) : state === "interrupted" ? inFull(questions[0]) : "";
  return { node, state, text: text.slice(0, MOST_TEXT) };
}

function taskInfo({ node, state, questions, answer, error, writes }: Task): TaskInfo {
  return {
    ...{
      node,
      state,
      questions: questions.map((question) => shapeOf(question)),
      writes: writes.map(writeInfo),
    },
    answer: answer && shapeOf(answer.value),
    error: error === undefined ? undefined : { text: errorText(error), value: shapeOf(error) },
  };
}

export const writeInfo = ({ taskId, idx, path, channel, bytes }: Write): WriteInfo => ({
  ...{ taskId, idx, path, channel, bytes },
});
