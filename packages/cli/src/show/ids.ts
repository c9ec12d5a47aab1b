import { printable } from "../output.ts";
import type { Session } from "../session.ts";

/** Shorter says little where checkpoints are many. */
const FEWEST = 8;
/** Checkpoints that an error lists. */
const LISTED = 5;

/** Shortens ids to one length at which no two are equal. */
export function shortener(ids: readonly string[]): (id: string) => string {
  const sorted = [...new Set(ids)].sort();
  let length = FEWEST;
  for (const [i, id] of sorted.entries()) {
    length = Math.max(length, sharedLength(id, sorted[i - 1] ?? "") + 1);
  }
  return (id) => printable(id.slice(0, length).replace(/-$/, ""));
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** A checkpoint of a thread. */
export interface Place {
  readonly namespace: string;
  readonly id: string;
}

/**
 * The checkpoint that somebody means.
 *
 * @param text `latest`, an id, or the beginning of one
 * @param namespace undefined where any will do, and for `latest` that of the root graph
 * @throws Error if there is none, or more than one
 */
export async function findCheckpoint(
  session: Session,
  threadId: string,
  text: string,
  namespace: string | undefined,
): Promise<Place> {
  const isLatest = text === "latest";
  const found = await session.rows<Place>(
    `SELECT checkpoint_ns AS namespace, checkpoint_id AS id FROM ${session.table("checkpoints")}
     WHERE thread_id = $1 AND starts_with(checkpoint_id, $2)
       AND ($3::text IS NULL OR checkpoint_ns = $3)
     ORDER BY (checkpoint_id = $2) DESC, checkpoint_id DESC, checkpoint_ns LIMIT ${LISTED + 1}`,
    [threadId, isLatest ? "" : text, isLatest ? (namespace ?? "") : (namespace ?? null)],
  );
  const [first, second] = found;
  if (first === undefined) throw new Error(missing(threadId, text, namespace));
  const isExact = first.id === text && second?.id !== text;
  if (isLatest || isExact || second === undefined) return first;
  const list = found
    .slice(0, LISTED)
    .map(({ id, namespace: ns }) => `\n  ${printable(ns === "" ? id : `${id} in ${ns}`)}`);
  const more = found.length > LISTED ? "\n  …" : "";
  throw new Error(
    `More than one checkpoint begins with "${printable(text)}"; type more of it, or pass --namespace:${list.join("")}${more}`,
  );
}

function missing(threadId: string, text: string, namespace: string | undefined): string {
  const where = namespace ? ` in namespace "${printable(namespace)}"` : "";
  const what = text === "latest" ? "no checkpoint" : `no checkpoint "${printable(text)}"`;
  return `There is ${what}${where} in thread "${printable(threadId)}".`;
}
