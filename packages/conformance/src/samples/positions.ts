import { Document } from "@langchain/core/documents";
import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";

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
