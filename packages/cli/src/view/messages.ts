import type { Session } from "../session.ts";
import { Details } from "../show/details.ts";
import { type Message, messagesOf } from "../show/messages.ts";
import type { MessageInfo, MessagesPage, Part, StepKey } from "./api.ts";
import type { OpenThread } from "./open-threads.ts";
import { briefShapeOf, pathTo } from "./shapes.ts";
import { stepAt } from "./steps.ts";
import type { ValueReader } from "./values.ts";

/** Messages of one answer. */
const PAGE = 40;

export interface MessagesInput {
  /** By default the first that has messages. */
  readonly channel: string | undefined;
  /** Position of the message behind the last of these; by default those at the end. */
  readonly before: number | undefined;
}

/** The conversation in the state at a step, a page at a time from its end. */
export async function messagesPage(
  session: Session,
  reader: ValueReader,
  threadId: string,
  opened: OpenThread,
  key: StepKey,
  { channel, before }: MessagesInput,
): Promise<MessagesPage> {
  const found = [...(await reader.channels(threadId, key))].flatMap(([name, value]) => {
    const messages = messagesOf(value);
    return messages === undefined ? [] : [{ name, messages, value }];
  });
  const chosen = found.find(({ name }) => name === channel) ?? found[0];
  const channels = found.map(({ name, messages }) => ({ channel: name, total: messages.length }));
  if (chosen === undefined) return { channels, channel: undefined, from: 0, messages: [] };
  const end = Math.min(before ?? chosen.messages.length, chosen.messages.length);
  const from = Math.max(0, end - PAGE);
  const written = await writtenIds(session, threadId, opened, key);
  const { value } = chosen;
  const messages = chosen.messages.slice(from, end).map((message, i) => {
    const isOne = !Array.isArray(value);
    return infoOf(message, isOne ? value : value[from + i], isOne ? undefined : from + i, written);
  });
  return { channels, channel: chosen.name, from, messages };
}

/** Ids of the messages that led to a step. */
async function writtenIds(
  session: Session,
  threadId: string,
  opened: OpenThread,
  key: StepKey,
): Promise<ReadonlySet<string>> {
  const step = stepAt(opened, key);
  const details = await Details.read(session, threadId, opened.thread, [step]);
  const { tasks, updates } = details.origin(step);
  const writes = [...tasks.flatMap((task) => task.writes), ...updates];
  const messages = writes.flatMap(({ value }) => messagesOf(value) ?? []);
  return new Set(messages.flatMap(({ id }) => (id === undefined ? [] : [id])));
}

function infoOf(
  message: Message,
  value: unknown,
  position: number | undefined,
  written: ReadonlySet<string>,
): MessageInfo {
  const { type, name, id, status, toolCallId, toolCalls, artifact } = message;
  const part = (own: unknown, ...keys: readonly string[]): Part => {
    const path = pathTo(value, keys);
    return {
      value: briefShapeOf(own),
      path: path && [...(position === undefined ? [] : [position]), ...path],
    };
  };
  return {
    ...{ type, name, id, status, toolCallId },
    isNew: id !== undefined && written.has(id),
    blocks: contentOf(message).map(({ type: kind, own, keys }) => ({
      type: kind,
      ...part(own, "content", ...keys),
    })),
    calls: toolCalls.map((call, i) => ({
      ...{ id: call.id, name: call.name },
      ...part(call.args, "tool_calls", String(i), "args"),
    })),
    artifact: artifact === undefined || artifact === null ? undefined : part(artifact, "artifact"),
  };
}

interface Content {
  readonly type: string;
  readonly own: unknown;
  /** Where it lies in the content. */
  readonly keys: readonly string[];
}

function contentOf({ content }: Message): Content[] {
  if (!Array.isArray(content)) {
    return content === "" ? [] : [{ type: "text", own: content, keys: [] }];
  }
  return content.map((block: { type?: unknown; text?: unknown } | string | undefined, i) => {
    if (typeof block === "string") return { type: "text", own: block, keys: [String(i)] };
    if (block?.type === "text" && typeof block.text === "string") {
      return { type: "text", own: block.text, keys: [String(i), "text"] };
    }
    return { type: String(block?.type ?? "block"), own: block, keys: [String(i)] };
  });
}
