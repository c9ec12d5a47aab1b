import { condition } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { ThreadsPage } from "./api.ts";
import { BadRequest } from "./errors.ts";
import type { Query } from "./query.ts";

/** Threads of one answer. */
const PAGE = 50;

/** A page of threads, the last updated first. */
export async function threadsPage({ saver }: Session, query: Query): Promise<ThreadsPage> {
  const threadId = query.optional("after");
  const after = threadId && { threadId, checkpointId: query.text("afterCheckpoint") };
  const filter = query.optional("metadata");
  const found = await saver.listThreads({
    ...(after ? { after } : {}),
    ...(filter === undefined ? {} : { filter: conditionOf(filter) }),
    limit: PAGE,
  });
  const threads = found.map(({ updatedAt, ...thread }) => ({
    ...{ threadId: thread.threadId, checkpointId: thread.checkpointId },
    ...{ source: thread.source, step: thread.step, checkpoints: thread.checkpoints },
    updatedAt: updatedAt?.toISOString(),
  }));
  return { threads, more: found.length === PAGE };
}

function conditionOf(text: string): Record<string, unknown> {
  try {
    return condition(text);
  } catch (error) {
    throw new BadRequest((error as Error).message);
  }
}
