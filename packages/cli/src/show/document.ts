import type { Session } from "../session.ts";
import { Details } from "./details.ts";
import type { Step } from "./history.ts";
import { pendingAt, timeOf } from "./pending.ts";
import type { Thread } from "./thread.ts";
import { errorText } from "./words.ts";

/** The steps of a thread for scripts: all that the drawing tells, without values. */
export async function documentOf(session: Session, threadId: string, thread: Thread) {
  const details = await Details.read(session, threadId, thread, thread.steps);
  return thread.steps.map((step) => describe(step, details));
}

function describe(step: Step, details: Details) {
  const { id, namespace, parent, ts, source, around } = step;
  const { tasks, next } = pendingAt(step, details);
  const time = timeOf(step, details);
  return {
    ...{ id, namespace, parent, ts, source, step: step.step, around },
    current: details.thread.isCurrent(step),
    nodes: details.nodes(step),
    changed: details.changed(step),
    ...(time === undefined ? {} : { durationMs: time.ms, waited: time.waited }),
    pending: tasks.map(({ node, state, questions, error }) => ({
      node,
      state,
      ...(state === "interrupted" ? { questions } : {}),
      ...(state === "failed" ? { error: errorText(error) } : {}),
    })),
    next,
  };
}
