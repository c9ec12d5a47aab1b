import type { ThreadInfo, ThreadStatus } from "@waypost/core";
import { condition, timeAgo } from "../arguments.ts";
import type { Session } from "../session.ts";
import { inWords } from "../show/words.ts";
import { STATUSES, type ThreadItem, type ThreadsPage } from "./api.ts";
import { BadRequest } from "./errors.ts";
import type { Query } from "./query.ts";

/** Threads of one answer. */
const PAGE = 50;
/** What a caller passed is told of a thread, up to so much of it. */
const MOST_LABELS = 3;
/** What LangGraph and the saver put into metadata themselves. */
const OWN = ["source", "step", "parents", "thread_id", "writes"];

/** A page of threads, the last updated first. @throws BadRequest naming the parameter */
export async function threadsPage({ saver }: Session, query: Query): Promise<ThreadsPage> {
  const threadId = query.optional("after");
  const found = await saver.listThreads({
    after: threadId ? { threadId, checkpointId: query.text("afterCheckpoint") } : undefined,
    filter: parsed(query, "metadata", (text) => condition(text)),
    status: parsed(query, "status", statusOf),
    updatedAfter: parsed(query, "updatedAfter", timeAgo),
    updatedBefore: parsed(query, "updatedBefore", timeAgo),
    prefix: query.optional("prefix"),
    limit: PAGE,
  });
  return { threads: found.map(itemOf), more: found.length === PAGE };
}

function parsed<Value>(
  query: Query,
  name: string,
  parse: (text: string) => Value,
): Value | undefined {
  const text = query.optional(name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new BadRequest(`"${name}": ${(error as Error).message}`);
  }
}

function statusOf(text: string): ThreadStatus {
  const status = STATUSES.find((one) => one === text);
  if (status === undefined) throw new Error(`Pass one of ${STATUSES.join(", ")}.`);
  return status;
}

function itemOf({ threadId, checkpointId, status, ...thread }: ThreadInfo): ThreadItem {
  const passed = Object.entries(thread.metadata ?? {}).filter(([key]) => !OWN.includes(key));
  return {
    ...{ threadId, checkpointId, status, checkpoints: thread.checkpoints },
    updatedAt: thread.updatedAt?.toISOString(),
    labels: passed.slice(0, MOST_LABELS).map(([key, value]) => `${key}: ${labelOf(value)}`),
  };
}

const labelOf = (value: unknown): string =>
  typeof value === "string" ? value : (inWords(value, 0)[0] ?? "");
