import { bold, dim, printable, style } from "../output.ts";
import type { Session } from "../session.ts";
import { number } from "../units.ts";
import { Details } from "./details.ts";
import { shortener } from "./ids.ts";
import { type Drawn, isStep, layout, subgraphOf } from "./layout.ts";
import { changes, hanging, headline, pendingLines } from "./lines.ts";
import { type Pending, pendingAt, standingOf } from "./pending.ts";
import { fit } from "./text.ts";
import type { Thread } from "./thread.ts";
import { moment } from "./when.ts";

/** Steps whose writes are read at once. */
const BATCH = 200;

/**
 * A thread as lines of text: first how it stands, then all of its steps, read as the lines are asked for.
 *
 * @param limit the newest steps of the root graph that are drawn
 */
export async function* drawing(
  session: Session,
  threadId: string,
  thread: Thread,
  limit: number,
): AsyncGenerator<string> {
  const roots = thread.steps.filter(({ namespace }) => namespace === "");
  yield* (await summary(session, threadId, thread)).map(fit);
  yield "";
  const hidden = roots.length - limit;
  if (hidden > 0) yield dim(`… ${number(hidden)} earlier steps`);
  const short = shortener(thread.steps.map(({ id }) => id));
  for (const batch of batches(layout(thread, roots.slice(-limit)), BATCH)) {
    const steps = batch.map(({ item }) => item).filter(isStep);
    const details = await Details.read(session, threadId, thread, steps);
    for (const drawn of batch) yield* linesOf(drawn, details, short).map(fit);
  }
}

function linesOf({ lead, rest, item }: Drawn, details: Details, short: (id: string) => string) {
  if (!isStep(item)) return [`${lead}${bold(`subgraph ${printable(subgraphOf(item.subgraph))}`)}`];
  const id = short(item.id);
  const margin = `${rest}  `;
  const below = [
    ...changes(item, details, id, margin.length),
    ...pendingLines(item, details, margin.length),
  ];
  return [`${lead}${headline(item, details, id)}`, ...below.map((line) => `${margin}${line}`)];
}

/** How the thread stands: what a run that continues it finds. */
async function summary(session: Session, threadId: string, thread: Thread): Promise<string[]> {
  const { steps, latest, tips } = thread;
  const counts = [
    `${number(steps.length)} ${steps.length === 1 ? "checkpoint" : "checkpoints"}`,
    ...(tips.length > 1 ? [`${number(tips.length)} branches`] : []),
  ];
  const title = `${bold(`thread ${printable(threadId)}`)}: ${counts.join(", ")}`;
  if (latest === undefined) return [title];
  const span = dim(`from ${moment(steps[0]?.ts ?? null)} to ${moment(latest.ts)}`);
  const details = await Details.read(session, threadId, thread, [latest]);
  return [title, span, ...standing(pendingAt(latest, details))];
}

const COLORS = {
  failed: "red",
  interrupted: "yellow",
  "not finished": "bold",
  finished: "green",
} as const;

function standing(pending: Pending): string[] {
  const { status, node, text, next } = standingOf(pending);
  if (node === undefined) {
    const lead = style(COLORS[status], status);
    return [next.length === 0 ? lead : `${lead}, next: ${next.map(printable).join(", ")}`];
  }
  const [first = "", ...others] = hanging(`${status} in ${printable(node)}: `, text, 0);
  return [style(COLORS[status], first), ...others];
}

function* batches<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
