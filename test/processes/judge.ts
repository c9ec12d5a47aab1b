import type { Evidence, Found } from "./evidence.ts";
import type { Noted } from "./notes.ts";
import { KEEP_LAST, PRUNED } from "./plan.ts";

type Puts = readonly Noted<"put">[];

const ofKind = <Kind extends Noted["kind"]>(all: readonly Noted[], kind: Kind): Noted<Kind>[] =>
  all.filter((noted) => noted.kind === kind) as Noted<Kind>[];

const keyOf = ({ thread, id }: Pick<Found, "thread" | "id">): string => `${thread} ${id}`;

/** What is there and ought not to be, is not there and ought to be, or is not what was put. */
export function judge(noted: readonly Noted[], { found, rows }: Evidence): string[] {
  const puts = ofKind(noted, "put");
  const removals = ofKind(noted, "remove");
  const writes = ofKind(noted, "write");
  const stored = new Map(found.map((it) => [keyOf(it), it]));
  const threads = Object.entries(Object.groupBy(puts, ({ thread }) => thread));
  return [
    ...threads.flatMap(([thread, ofThread = []]) => {
      const ofIt = removals.filter((removal) => removal.thread === thread);
      const copied = ofIt.flatMap(({ copyOf }) => (copyOf === undefined ? [] : [copyOf]));
      const sources = puts.filter((put) => copied.includes(put.thread));
      return [
        ...missing(mustStay(ofThread, noted), stored),
        ...returned(ofThread, ofIt, noted, stored),
        ...strange(thread, ofThread, sources, found),
        ...left(thread, ofThread, writes, ofIt, rows),
      ];
    }),
    ...missingWrites(writes, removals, stored),
    ...different([...puts, ...copiesOf(puts, removals)], stored),
  ];
}

/** Acknowledged checkpoints that no removal was allowed to take. */
function mustStay(puts: Puts, noted: readonly Noted[]): Puts {
  const removedRuns = new Set(ofKind(noted, "remove run").map(({ run }) => run));
  const removals = ofKind(noted, "remove");
  const staying = puts
    .filter(({ acknowledged }) => acknowledged)
    .filter(({ run }) => run === undefined || !removedRuns.has(run))
    .filter(({ thread, started }) =>
      removals.every((removal) => removal.thread !== thread || removal.ended < started),
    );
  if (!PRUNED.includes(puts[0]?.thread ?? "")) return staying;
  // By all that may have been stored: of these no more than so many were ever newer.
  const newest = puts
    .map(({ id }) => id)
    .sort()
    .slice(-KEEP_LAST);
  return staying.filter(({ id }) => newest.includes(id));
}

const missing = (puts: Puts, stored: ReadonlyMap<string, Found>): string[] =>
  puts
    .filter((put) => !stored.has(keyOf(put)))
    .map((put) => `${put.thread}: checkpoint ${put.id} was acknowledged and is lost`);

/** Checkpoints that were there before a removal that was acknowledged. */
function returned(
  puts: Puts,
  removals: readonly Noted<"remove">[],
  noted: readonly Noted[],
  stored: ReadonlyMap<string, Found>,
): string[] {
  const runs = ofKind(noted, "remove run").filter(({ acknowledged }) => acknowledged);
  const acknowledged = removals.filter((removal) => removal.acknowledged);
  const gone = puts.filter(
    ({ run, ended }) =>
      acknowledged.some(({ started }) => ended < started) ||
      runs.some((removed) => removed.run === run && ended < removed.started),
  );
  return gone
    .filter((put) => stored.has(keyOf(put)))
    .map((put) => `${put.thread}: checkpoint ${put.id} was removed and is there`);
}

/** Checkpoints that nobody put there, or in the thread that it was copied from. */
function strange(thread: string, puts: Puts, sources: Puts, found: readonly Found[]): string[] {
  const known = new Set([...puts, ...sources].map(({ id }) => id));
  return found
    .filter((it) => it.thread === thread && !known.has(it.id))
    .map(({ id }) => `${thread}: nobody put checkpoint ${id}`);
}

/** Rows of a thread to which nothing was added since it was erased. */
function left(
  thread: string,
  puts: Puts,
  writes: readonly Noted<"write">[],
  removals: readonly Noted<"remove">[],
  rows: ReadonlyMap<string, readonly string[]>,
): string[] {
  const last = removals.filter((it) => it.acknowledged && it.copyOf === undefined).at(-1);
  if (last === undefined || !rows.has(thread)) return [];
  const since = [...puts, ...writes, ...removals].filter(
    (it) => it !== last && it.thread === thread && it.ended >= last.started,
  );
  const tables = rows.get(thread)?.join(", ");
  return since.length > 0 ? [] : [`${thread}: was erased, and has rows in ${tables}`];
}

/** Acknowledged writes to checkpoints that are there. */
function missingWrites(
  writes: readonly Noted<"write">[],
  removals: readonly Noted<"remove">[],
  stored: ReadonlyMap<string, Found>,
): string[] {
  return writes.flatMap((write) => {
    const { thread, id, task, digest, started, acknowledged } = write;
    const checkpoint = stored.get(keyOf(write));
    const removed = removals.some((it) => it.thread === thread && it.ended >= started);
    if (!acknowledged || checkpoint === undefined || removed) return [];
    return checkpoint.writes.get(task) === digest
      ? []
      : [`${thread}, checkpoint ${id}: the write of ${task} was acknowledged and is lost`];
  });
}

/** The same puts, in the threads that were made copies of theirs. */
const copiesOf = (puts: Puts, removals: readonly Noted<"remove">[]): Puts =>
  removals.flatMap(({ thread, copyOf }) =>
    puts.filter((put) => put.thread === copyOf).map((put) => ({ ...put, thread })),
  );

/** Checkpoints with other values, or another parent, than they were put with. */
function different(puts: Puts, stored: ReadonlyMap<string, Found>): string[] {
  return puts.flatMap((put) => {
    const it = stored.get(keyOf(put));
    if (it === undefined) return [];
    const same =
      it.parent === put.parent &&
      it.channels.size === put.channels.length &&
      put.channels.every(([name, , digest]) => it.channels.get(name) === digest);
    return same ? [] : [`${put.thread}: checkpoint ${put.id} is not what was put`];
  });
}
