import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";

export function say(line: string): void {
  console.log(`  ${line}`);
}

/** One message of the conversation, as a line. */
export function sayMessage(message: BaseMessage): void {
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  for (const { name, args } of calls) say(`    agent: calls ${name}(${JSON.stringify(args)})`);
  const speaker = { human: "human", tool: " tool" }[message.type as string] ?? "agent";
  if (message.text) say(`    ${speaker}: ${message.text}`);
}

/** A conversation in short: its questions and the last answer. */
export function sayBranch(messages: readonly BaseMessage[]): void {
  const last = messages.at(-1);
  for (const message of messages) {
    if (message.type === "human" || message === last) sayMessage(message);
  }
}

/** What the human asked so far in a state of the graph. */
export function questionsIn(values: unknown): string[] {
  const { messages = [] } = values as { messages?: BaseMessage[] };
  return messages.filter(({ type }) => type === "human").map(({ text }) => text);
}

/** Enough of a checkpoint's id to tell it from the others of a short thread. */
export function shortId(config: RunnableConfig): string {
  return `…${String(config.configurable?.checkpoint_id).slice(9, 18)}`;
}
