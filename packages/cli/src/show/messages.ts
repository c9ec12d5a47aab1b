import { printable } from "../output.ts";

/** A message of LangChain, of whichever copy of it, or of Python's. */
export interface Message {
  readonly type: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly content: unknown;
  readonly toolCalls: readonly ToolCall[];
  /** Of a tool's answer: the call that it answers, whether it succeeded, and what it keeps from the model. */
  readonly toolCallId?: string | undefined;
  readonly status?: string | undefined;
  readonly artifact?: unknown;
}

export interface ToolCall {
  readonly id?: string | undefined;
  readonly name: string;
  readonly args: unknown;
}

interface Fields {
  readonly type?: unknown;
  readonly role?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly content?: unknown;
  readonly tool_calls?: unknown;
  readonly tool_call_id?: unknown;
  readonly status?: unknown;
  readonly artifact?: unknown;
  readonly getType?: () => string;
}

/** What is longer no line shows. */
const MOST_TEXT = 400;

/** What a value is as a message; undefined where it is none. */
export function messageOf(value: unknown): Message | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Fields;
  const { content, tool_calls, getType, type, role } = fields;
  if (content === undefined) return undefined;
  const kind = typeof getType === "function" ? getType.call(value) : (role ?? type);
  if (typeof kind !== "string") return undefined;
  const calls = Array.isArray(tool_calls) ? tool_calls : [];
  return {
    type: kind,
    id: textIn(fields.id),
    name: textIn(fields.name),
    content,
    toolCalls: calls.map(({ id, name, args }) => ({ id: textIn(id), name: String(name), args })),
    toolCallId: textIn(fields.tool_call_id),
    status: textIn(fields.status),
    artifact: fields.artifact,
  };
}

const textIn = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** The messages that a value is; undefined where it is anything else. */
export function messagesOf(value: unknown): Message[] | undefined {
  const values = Array.isArray(value) ? value : [value];
  const messages = values.map(messageOf);
  const areMessages = messages.length > 0 && messages.every((message) => message !== undefined);
  return areMessages ? (messages as Message[]) : undefined;
}

/** Who speaks: `human`, `ai`, `tool weather`. */
export const speaker = ({ type, name }: Message): string =>
  printable(name === undefined ? type : `${type} ${name}`);

/** What a message says, in lines; of what is no text, its kind. */
export function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return JSON.stringify(content) ?? "";
  const blocks = content.map((block: { type?: unknown; text?: unknown } | string) => {
    if (typeof block === "string") return block;
    return typeof block?.text === "string" ? block.text : `[${String(block?.type ?? "block")}]`;
  });
  return blocks.join("\n");
}

/** Calls of tools: `weather(city: "Oslo")`. */
export function callsOf({ toolCalls }: Message): string[] {
  return toolCalls.map(({ name, args }) => {
    const passed = Object.entries((args ?? {}) as Record<string, unknown>);
    const list = passed.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
    return printable(`${name}(${list})`);
  });
}

/** A message in one line: who speaks, the first line of what is said, and the calls. */
export function summaryOf(message: Message): string {
  if (message.type === "remove") return printable(`removes message ${message.id}`);
  const [first = "", ...others] = textOf(message).trim().slice(0, MOST_TEXT).split("\n");
  const calls = callsOf(message);
  const said = first === "" ? "" : `${printable(first.trimEnd())}${others.length > 0 ? " …" : ""}`;
  const parts = [said, calls.length > 0 ? `calls ${calls.join(", ")}` : ""];
  return `${speaker(message)}: ${parts.filter(Boolean).join("  ")}`;
}
