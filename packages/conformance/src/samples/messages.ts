import { Document } from "@langchain/core/documents";
import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from "@langchain/core/messages";
import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import type { Sample } from "./sample.ts";

const call = {
  name: "search",
  args: { q: "tides", n: 1 },
  id: "call-1",
  type: "tool_call" as const,
};
const fields = {
  id: "id-1",
  name: "Ada",
  additional_kwargs: { reasoning: [1, { deep: null }] },
  response_metadata: { model: "m", tokenUsage: { total: 3 } },
};
const usage = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
const blocks = [
  { type: "text" as const, text: "look" },
  { type: "image_url" as const, image_url: "data:," },
];

function changedLater(): AIMessage {
  const message = new AIMessage("first");
  message.name = "later";
  message.id = "set later";
  message.usage_metadata = usage;
  message.content = "second";
  return Object.assign(message, { rating: 5 });
}

/** A streamed answer whose call was changed since, e.g. by whoever had to approve it. */
function streamed(edit: (chunk: AIMessageChunk) => void): AIMessageChunk {
  const first = {
    name: "pay",
    args: '{"amount":',
    id: "t",
    index: 0,
    type: "tool_call_chunk" as const,
  };
  const chunk = new AIMessageChunk({ content: "", id: "a", tool_call_chunks: [first] }).concat(
    new AIMessageChunk({
      content: "",
      tool_call_chunks: [{ args: "100}", index: 0, type: "tool_call_chunk" }],
    }),
  );
  edit(chunk);
  return chunk;
}

const invalid = {
  name: "f",
  args: "{",
  id: "i",
  error: "cut off",
  type: "invalid_tool_call" as const,
};

/** Made of blocks, which its calls are made of, and changed since. */
function blocksChanged(): AIMessage {
  const message = new AIMessage({
    contentBlocks: [
      { type: "text", text: "v1" },
      { type: "tool_call", id: "1", name: "f", args: {} },
    ],
  });
  message.tool_calls = [];
  return message;
}

export const MESSAGES: readonly Sample[] = [
  { kind: "HumanMessage", value: new HumanMessage({ content: "hi", ...fields }) },
  { kind: "HumanMessage of blocks", value: new HumanMessage({ content: blocks }) },
  { kind: "SystemMessage", value: new SystemMessage({ content: "be kind", ...fields }) },
  {
    kind: "AIMessage with tool calls and usage",
    value: new AIMessage({ content: "", ...fields, tool_calls: [call], usage_metadata: usage }),
  },
  { kind: "AIMessage changed after it was made", value: changedLater() },
  {
    kind: "AIMessage of content blocks",
    value: new AIMessage({ contentBlocks: [{ type: "text", text: "v1" }] }),
  },
  {
    kind: "ToolMessage with artifact and status",
    value: new ToolMessage({
      content: "42",
      tool_call_id: "call-1",
      status: "error",
      artifact: { raw: [1, 2] },
      ...fields,
    }),
  },
  { kind: "ChatMessage", value: new ChatMessage({ content: "hi", role: "critic", ...fields }) },
  { kind: "FunctionMessage", value: new FunctionMessage({ content: "1", name: "f" } as never) },
  { kind: "RemoveMessage", value: new RemoveMessage({ id: "id-1" }) },
  { kind: "HumanMessageChunk", value: new HumanMessageChunk({ content: "h", ...fields }) },
  { kind: "SystemMessageChunk", value: new SystemMessageChunk({ content: "s", ...fields }) },
  {
    kind: "AIMessageChunk with chunks of tool calls",
    value: new AIMessageChunk({
      content: "",
      ...fields,
      tool_call_chunks: [
        { name: "search", args: '{"q":1}', id: "call-1", index: 0, type: "tool_call_chunk" },
      ],
      usage_metadata: usage,
    }),
  },
  {
    kind: "AIMessageChunk whose call was changed",
    value: streamed((chunk) => {
      if (chunk.tool_calls?.[0]) chunk.tool_calls[0].args = { amount: 5 };
    }),
  },
  {
    kind: "AIMessageChunk whose call was changed to nothing",
    value: streamed((chunk) => {
      chunk.tool_calls = [];
    }),
  },
  {
    kind: "AIMessageChunk with a call that can't be read, changed",
    value: Object.assign(new AIMessageChunk({ content: "" }), { invalid_tool_calls: [invalid] }),
  },
  { kind: "AIMessage of blocks whose calls were changed", value: blocksChanged() },
  {
    kind: "ToolMessageChunk",
    value: new ToolMessageChunk({ content: "4", tool_call_id: "c", ...fields }),
  },
  { kind: "ChatMessageChunk", value: new ChatMessageChunk({ content: "c", role: "critic" }) },
  {
    kind: "FunctionMessageChunk",
    value: new FunctionMessageChunk({ content: "f", name: "f" } as never),
  },
  {
    kind: "Document",
    value: new Document({
      pageContent: "page",
      metadata: { source: "a", loc: { line: 1 } },
      id: "d",
    }),
  },
];

/** Of LangGraph's own classes only DeltaSnapshot is part of the library that savers are built on. */
export const LANGGRAPH: readonly Sample[] = [
  { kind: "DeltaSnapshot", value: new DeltaSnapshot(["a", new Date(0)]) },
  {
    kind: "Interrupt",
    value: { id: "0b8e", value: { question: "approve?" }, resumable: true, ns: ["ask:1"] },
  },
];
