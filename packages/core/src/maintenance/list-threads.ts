import { InvalidInputError } from "../errors/errors.js";
import { assertKeys, type OptionKeys } from "../errors/option-keys.js";
import { assertText, filterText, threadIdOf } from "../input/config.js";
import { assertCount, assertTime } from "../input/maintenance.js";
import type { ListThreadsInput, ThreadRow } from "../sql/read/list-threads.js";

/** A thread as `listThreads` returns it. */
export interface ThreadInfo {
  /** The thread. */
  readonly threadId: string;
  /** Id of the latest checkpoint of the root graph. */
  readonly checkpointId: string;
  /** When that checkpoint was made; undefined if it does not say. */
  readonly updatedAt: Date | undefined;
  /** What made it: `"input"`, `"loop"`, `"update"` or `"fork"`. */
  readonly source: string | undefined;
  /** Its step; -1 for the first input. */
  readonly step: number | undefined;
  /** Number of the thread's checkpoints in all namespaces. */
  readonly checkpoints: number;
  /** The thread's namespaces: `""` for the root graph, and those of subgraphs. */
  readonly namespaces: readonly string[];
}

/** Which threads `listThreads` returns. */
export interface ListThreadsOptions {
  /** The last thread of the page before. Default: the first page. */
  readonly after?: Pick<ThreadInfo, "threadId" | "checkpointId">;
  /** The largest number of threads, 1 or more. Default 20. */
  readonly limit?: number;
  /** The metadata of the latest checkpoint must contain it, as with `list`. */
  readonly filter?: Record<string, unknown>;
  /** Only threads that were last updated before this time. */
  readonly updatedBefore?: Date;
}

const DEFAULT_LIMIT = 20;
const KEYS: OptionKeys<ListThreadsOptions> = {
  after: true,
  limit: true,
  filter: true,
  updatedBefore: true,
};

/** @throws InvalidInputError naming the option and what to pass */
export function listThreadsInput(options: ListThreadsOptions = {}): ListThreadsInput {
  assertKeys(options, "listThreads", KEYS);
  const { after, limit = DEFAULT_LIMIT, filter, updatedBefore } = options;
  if (after !== undefined && (typeof after !== "object" || after === null)) {
    throw new InvalidInputError('"after" must be a thread of the page before.');
  }
  return {
    after: after && {
      threadId: threadIdOf(after.threadId),
      checkpointId: assertText(after.checkpointId, "after.checkpointId"),
    },
    limit: assertCount(limit, "limit"),
    filter: filterText(filter),
    updatedBefore: updatedBefore && assertTime(updatedBefore, "updatedBefore"),
  };
}

export function toThreadInfo(row: ThreadRow): ThreadInfo {
  const time = new Date(row.ts ?? "");
  return {
    threadId: row.thread,
    checkpointId: row.id,
    updatedAt: Number.isNaN(time.getTime()) ? undefined : time,
    source: row.source ?? undefined,
    step: row.step === null ? undefined : Number(row.step),
    checkpoints: row.checkpoints,
    namespaces: JSON.parse(row.namespaces) as string[],
  };
}
