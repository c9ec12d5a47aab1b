import type { CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import { withoutMarks } from "../checkpoints/run-metadata.js";
import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertText, filterText, threadIdOf } from "../input/config.js";
import { assertCount, assertTime } from "../input/maintenance.js";
import { decodeMetadata } from "../serializer/values.js";
import type { ListThreadsInput, ThreadRow } from "../sql/read/list-threads.js";
import type { ThreadStatus } from "../sql/read/thread-status.js";

export type { ThreadStatus } from "../sql/read/thread-status.js";

/** A thread as `listThreads` returns it. */
export interface ThreadInfo {
  /** The thread. */
  readonly threadId: string;
  /** Id of the newest checkpoint of the root graph. The next fields are of this checkpoint. */
  readonly checkpointId: string;
  /**
   * What became of the thread's run. The first that holds counts:
   *
   * - `"running"`: a run holds the thread's lock, which `threadLock` takes. Of runs that take no lock nothing is
   *   known. A replica and the coordinator of a Citus cluster do not know of locks.
   * - `"failed"`: a task of the newest checkpoint ended with an error, or was cancelled.
   * - `"interrupted"`: a task of the newest checkpoint waits for the answer to `interrupt()`.
   * - `"idle"`: none of these. Runs without a lock that go on, that ended with their process, or that stopped at
   *   `interruptBefore` or `interruptAfter` are idle too; `graph.getState` tells what is next.
   */
  readonly status: ThreadStatus;
  /** When its oldest stored checkpoint was made, by its `ts`; undefined if it does not say. */
  readonly createdAt: Date | undefined;
  /** When its newest checkpoint was made, by its `ts`; undefined if it does not say. */
  readonly updatedAt: Date | undefined;
  /** What made it: `"input"`, `"loop"`, `"update"` or `"fork"`. */
  readonly source: string | undefined;
  /** Its step: -1 for the first input, then counted along the branch, also where old checkpoints were removed. */
  readonly step: number | undefined;
  /** Its metadata, with what was passed to its run; undefined if it can't be read. */
  readonly metadata: CheckpointMetadata | undefined;
  /** Number of the thread's stored checkpoints in all namespaces. */
  readonly checkpoints: number;
  /** The thread's namespaces: `""` for the root graph, and those of subgraphs. */
  readonly namespaces: readonly string[];
}

/** Which threads `listThreads` returns. Of several conditions all must hold. */
export interface ListThreadsOptions {
  /** The last thread of the page before. Default: the first page. */
  readonly after?: Pick<ThreadInfo, "threadId" | "checkpointId">;
  /** The largest number of threads, 1 or more. Default 20. */
  readonly limit?: number;
  /**
   * What the thread's metadata must contain, as Postgres' `@>` has it. Of the root graph's checkpoints, the newest
   * one that has all keys of the filter decides.
   */
  readonly filter?: Record<string, unknown>;
  /** What the thread's id begins with. */
  readonly prefix?: string;
  /** The status that the thread has. */
  readonly status?: ThreadStatus;
  /** Only threads that were updated at this time or later. */
  readonly updatedAfter?: Date;
  /** Only threads that were last updated before this time. */
  readonly updatedBefore?: Date;
}

const DEFAULT_LIMIT = 20;
const KEYS: OptionKeys<ListThreadsOptions> = {
  after: true,
  limit: true,
  filter: true,
  prefix: true,
  status: true,
  updatedAfter: true,
  updatedBefore: true,
};
const STATUSES: readonly unknown[] = ["idle", "interrupted", "failed", "running"];

/** @throws InvalidInputError naming the option and what to pass */
export function listThreadsInput(options: ListThreadsOptions = {}): ListThreadsInput {
  assertKeys(options, "listThreads", KEYS);
  const { after, limit = DEFAULT_LIMIT, filter, prefix, status } = options;
  const { updatedAfter, updatedBefore } = options;
  if (after !== undefined && (typeof after !== "object" || after === null)) {
    throw new InvalidInputError('"after" must be a thread of the page before.');
  }
  if (status !== undefined && !STATUSES.includes(status)) {
    throw new InvalidInputError('"status" must be "idle", "interrupted", "failed" or "running".');
  }
  const json = filterText(filter);
  return {
    after: after && {
      threadId: threadIdOf(after.threadId),
      checkpointId: assertText(after.checkpointId, "after.checkpointId"),
    },
    limit: assertCount(limit, "limit"),
    filter: json === undefined ? undefined : { json, keys: Object.keys(JSON.parse(json)) },
    prefix: prefix === undefined ? undefined : assertText(prefix, "prefix"),
    status,
    updatedAfter: updatedAfter && assertTime(updatedAfter, "updatedAfter"),
    updatedBefore: updatedBefore && assertTime(updatedBefore, "updatedBefore"),
  };
}

export function toThreadInfo(row: ThreadRow): ThreadInfo {
  const metadata = metadataOf(row);
  const { source, step }: { source?: unknown; step?: unknown } = metadata ?? {};
  return {
    threadId: row.thread,
    checkpointId: row.id,
    status: row.status,
    createdAt: timeOf(row.created),
    updatedAt: timeOf(row.updated),
    source: typeof source === "string" ? source : undefined,
    step: typeof step === "number" ? step : undefined,
    metadata,
    checkpoints: row.checkpoints,
    namespaces: JSON.parse(row.namespaces) as string[],
  };
}

/** One thread that can't be read must not hide the others. */
function metadataOf({ metadata, id, thread }: ThreadRow): CheckpointMetadata | undefined {
  try {
    const stored = decodeMetadata(metadata, `checkpoint "${id}" in thread "${thread}"`);
    return typeof stored === "object" && stored !== null ? withoutMarks(stored) : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(ts: string | null): Date | undefined {
  const time = new Date(ts ?? "");
  return Number.isNaN(time.getTime()) ? undefined : time;
}
