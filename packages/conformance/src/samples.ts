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

/** What a value of a kind reads back as, where that is not the value itself. */
export interface Sample {
  readonly kind: string;
  readonly value: unknown;
  readonly readsAs?: unknown;
}

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

const withCause = Object.assign(new TypeError("broken", { cause: new Error("inner") }), {
  code: "E_BROKEN",
  details: { at: new Date(5) },
});

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
const sixteen = bytes(16);
const view = <View>(View: new (buffer: ArrayBuffer) => View) => new View(bytes(16).buffer);

export const PLAIN: readonly Sample[] = [
  { kind: "string", value: 'text "quoted" \\ \n \u2028 😀' },
  { kind: "string with NUL", value: "a\0b" },
  { kind: "string with half a surrogate pair", value: "a\ud800b" },
  { kind: "number", value: 1.5e300 },
  { kind: "boolean", value: true },
  { kind: "null", value: null },
  { kind: "array", value: [1, [2, []]] },
  { kind: "object", value: { a: { b: {} }, "": 1 } },
];

export const NUMBERS: readonly Sample[] = [
  { kind: "-0", value: -0 },
  { kind: "NaN", value: Number.NaN },
  { kind: "Infinity", value: Number.POSITIVE_INFINITY },
  { kind: "-Infinity", value: Number.NEGATIVE_INFINITY },
  { kind: "BigInt", value: -(2n ** 80n) },
];

export const BUILTINS: readonly Sample[] = [
  { kind: "undefined", value: undefined },
  { kind: "Date", value: new Date("2026-01-02T03:04:05.678Z") },
  { kind: "Date, invalid", value: new Date(Number.NaN) },
  { kind: "RegExp with flags", value: /a+(?<x>b)/giu },
  { kind: "URL", value: new URL("https://example.org/a?b=c#d") },
  {
    kind: "Map",
    value: new Map<unknown, unknown>([
      ["a", 1],
      [{ key: 1 }, new Map([[1, 2]])],
    ]),
  },
  { kind: "Set", value: new Set<unknown>(["a", 1, { b: 2 }]) },
  { kind: "Error with name, stack, cause and own properties", value: withCause },
  { kind: "AggregateError", value: new AggregateError([new RangeError("one")], "several") },
  { kind: "object without a prototype", value: Object.assign(Object.create(null), { a: 1 }) },
];

export const BINARY: readonly Sample[] = [
  { kind: "Uint8Array", value: sixteen },
  { kind: "Buffer", value: Buffer.from(sixteen), readsAs: sixteen },
  { kind: "Uint8ClampedArray", value: view(Uint8ClampedArray) },
  { kind: "Int8Array", value: view(Int8Array) },
  { kind: "Int16Array", value: view(Int16Array) },
  { kind: "Uint16Array", value: view(Uint16Array) },
  { kind: "Int32Array", value: view(Int32Array) },
  { kind: "Uint32Array", value: view(Uint32Array) },
  { kind: "Float32Array", value: new Float32Array([1.5, -0, Number.NaN]) },
  { kind: "Float64Array", value: new Float64Array([1.5, -0, Number.NaN]) },
  { kind: "BigInt64Array", value: view(BigInt64Array) },
  { kind: "BigUint64Array", value: view(BigUint64Array) },
  { kind: "ArrayBuffer", value: bytes(3).buffer },
  { kind: "DataView", value: view(DataView) },
];

export const LOOKALIKES: readonly Sample[] = [
  {
    kind: "object with a key `__proto__`",
    value: JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
  },
  {
    kind: "object with a key `constructor`",
    value: { constructor: { prototype: {} }, toString: 1 },
  },
  { kind: "object that looks like a message", value: new HumanMessage("no").toJSON() },
  {
    kind: "object that looks like a Map",
    value: { lc: 2, type: "constructor", id: ["Map"], args: [[]] },
  },
  { kind: "object that looks like undefined", value: { lc: 2, type: "undefined" } },
  { kind: "object that looks like a secret", value: { lc: 1, type: "secret", id: ["PATH"] } },
  {
    kind: "object that looks like a record of Waypost's",
    value: { lc: 2, type: "waypost/date", value: 0 },
  },
  { kind: "object that looks escaped", value: { __lc_escaped__: { lc: 1 } } },
  { kind: "object with a key `lc` of its own", value: { lc: "mine", type: "constructor" } },
];

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

export const SAMPLES: readonly Sample[] = [
  ...PLAIN,
  ...NUMBERS,
  ...BUILTINS,
  ...BINARY,
  ...LOOKALIKES,
  ...MESSAGES,
  ...LANGGRAPH,
];

/** Where a value may stand, and how it is taken out again. */
export const POSITIONS: readonly [string, (value: unknown) => unknown, (read: never) => unknown][] =
  [
    ["at the top", (value) => value, (read) => read],
    ["in an object", (value) => ({ a: value }), (read: { a: unknown }) => read.a],
    ["in an array", (value) => [0, value], (read: unknown[]) => read[1]],
    [
      "as a value of a Map",
      (value) => new Map([["k", value]]),
      (read: Map<string, unknown>) => read.get("k"),
    ],
    [
      "as a key of a Map",
      (value) => new Map([[value, 1]]),
      (read: Map<unknown, 1>) => [...read.keys()][0],
    ],
    ["in a Set", (value) => new Set([value]), (read: Set<unknown>) => [...read][0]],
    [
      "in additional_kwargs",
      (value) => new HumanMessage({ content: "", additional_kwargs: { a: value } }),
      (read: HumanMessage) => read.additional_kwargs.a,
    ],
    [
      "in response_metadata",
      (value) => new AIMessage({ content: "", response_metadata: { a: value } }),
      (read: AIMessage) => read.response_metadata.a,
    ],
    [
      "as the artifact of a tool",
      (value) => new ToolMessage({ content: "", tool_call_id: "1", artifact: value }),
      (read: ToolMessage) => read.artifact,
    ],
    [
      "in the arguments of a tool call",
      (value) => new AIMessage({ content: "", tool_calls: [{ name: "t", args: { a: value } }] }),
      (read: AIMessage) => read.tool_calls?.[0]?.args.a,
    ],
    [
      "in the metadata of a Document",
      (value) => new Document({ pageContent: "", metadata: { a: value } }),
      (read: Document) => read.metadata.a,
    ],
  ];
