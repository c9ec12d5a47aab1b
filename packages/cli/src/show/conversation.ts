import { type CheckpointTuple, isDeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { bold, dim, printable } from "../output.ts";
import { Unreadable } from "../serde.ts";
import type { Session } from "../session.ts";
import { isInternal } from "./history.ts";
import { callsOf, type Message, messagesOf, speaker, textOf } from "./messages.ts";
import { wrap } from "./text.ts";

/** The messages of a channel. */
export interface Conversation {
  readonly channel: string;
  readonly messages: readonly Message[];
}

/** LangGraph's id for a message that removes all before it. */
const REMOVE_ALL = "__remove_all__";

/**
 * The conversations in the state at a checkpoint.
 *
 * @throws Error if a channel that may hold one can't be read, and none is found
 */
export async function conversations(
  session: Session,
  tuple: CheckpointTuple,
): Promise<Conversation[]> {
  const values = await valuesAt(session, tuple);
  const found = [...values].flatMap(([channel, value]) => {
    const messages = messagesOf(value);
    return messages === undefined ? [] : [{ channel, messages }];
  });
  if (found.length > 0) return found;
  for (const [channel, value] of values) {
    if (!(value instanceof Unreadable)) continue;
    throw new Error(`Found no messages; channel "${printable(channel)}" is ${value}.`);
  }
  return [];
}

/**
 * The values of the application's channels; those of delta channels are put together from writes, as LangGraph
 * does with messages.
 */
export async function valuesAt(
  session: Session,
  { config, checkpoint }: CheckpointTuple,
): Promise<Map<string, unknown>> {
  const { channel_values, channel_versions } = checkpoint;
  const state = new Map<string, unknown>();
  for (const [channel, value] of Object.entries(channel_values)) {
    if (!isInternal(channel)) state.set(channel, isDeltaSnapshot(value) ? value.value : value);
  }
  const channels = Object.keys(channel_versions).filter(
    (channel) => !isInternal(channel) && !state.has(channel),
  );
  if (channels.length === 0) return state;
  const histories = await session.saver.getDeltaChannelHistory({ config, channels });
  for (const [channel, { seed, writes }] of Object.entries(histories)) {
    const start = isDeltaSnapshot(seed) ? seed.value : seed;
    const parts = [start, ...writes.map(([, , value]) => value)].filter(
      (part) => part !== undefined && part !== null,
    );
    state.set(channel, applied(parts.flat()));
  }
  return state;
}

/** Messages as LangGraph's reducer leaves them: one replaces another of its id, or removes it. */
function applied(values: readonly unknown[]): unknown[] {
  const kept = new Map<unknown, unknown>();
  for (const value of values) {
    const [message] = messagesOf(value) ?? [];
    const key = message?.id ?? Symbol();
    if (message?.type !== "remove") kept.set(key, value);
    else if (message.id === REMOVE_ALL) kept.clear();
    else kept.delete(key);
  }
  return [...kept.values()];
}

/** Conversations in full, for people. */
export function* conversationLines(found: readonly Conversation[]): Generator<string> {
  if (found.length === 0) yield "There are no messages at this checkpoint.";
  for (const { channel, messages } of found) {
    if (found.length > 1) yield* [dim(`channel ${printable(channel)}`), ""];
    for (const message of messages) {
      yield bold(speaker(message));
      const text = textOf(message);
      if (text.trim() !== "") for (const line of wrap(text, 2)) yield `  ${line}`;
      for (const call of callsOf(message))
        for (const line of wrap(`→ ${call}`, 2)) yield `  ${line}`;
      yield "";
    }
  }
}
