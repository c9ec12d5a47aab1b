import { Document } from "@langchain/core/documents";
import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { Command, Overwrite, Send } from "@langchain/langgraph";
import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import {
  Ext,
  keywords,
  method,
  one,
  pack,
  positional,
  pydantic,
} from "../../../conformance/src/msgpack.ts";

import { read, reread } from "./python.ts";

describe("objects of Python's saver", () => {
  const FIELDS = {
    additional_kwargs: { a: [1] },
    response_metadata: { b: null },
    name: "n",
    id: "i",
  };
  const CALL = { name: "search", args: { q: 1 }, id: "c", type: "tool_call" as const };
  const USAGE = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
  const message = (module: string, name: string, fields: object) =>
    pydantic(`langchain_core.messages.${module}`, name, fields);
  const AI = { ...FIELDS, content: [{ type: "text", text: "t" }], tool_calls: [CALL] };
  const TOOL = { ...FIELDS, content: "c", tool_call_id: "c", artifact: { x: 1 } };

  const MESSAGES: [string, Ext, object][] = [
    [
      "AIMessage",
      message("ai", "AIMessage", {
        ...AI,
        type: "ai",
        invalid_tool_calls: [],
        usage_metadata: USAGE,
        example: false,
      }),
      new AIMessage({ ...AI, invalid_tool_calls: [], usage_metadata: USAGE }),
    ],
    [
      "AIMessageChunk",
      message("ai", "AIMessageChunk", {
        content: "c",
        type: "AIMessageChunk",
        tool_call_chunks: [{ name: "f", args: "{}", id: "1", index: 0, type: "tool_call_chunk" }],
        chunk_position: null,
      }),
      new AIMessageChunk({
        content: "c",
        tool_call_chunks: [{ name: "f", args: "{}", id: "1", index: 0, type: "tool_call_chunk" }],
      }),
    ],
    [
      "HumanMessage",
      message("human", "HumanMessage", { ...FIELDS, content: "c", type: "human", example: false }),
      new HumanMessage({ ...FIELDS, content: "c" }),
    ],
    [
      "SystemMessage",
      message("system", "SystemMessage", { ...FIELDS, content: "c", type: "system", name: null }),
      new SystemMessage({ ...FIELDS, content: "c", name: undefined }),
    ],
    [
      "ToolMessage",
      message("tool", "ToolMessage", { ...TOOL, type: "tool", status: "error" }),
      new ToolMessage({ ...TOOL, status: "error" }),
    ],
    [
      "ChatMessage",
      message("chat", "ChatMessage", { ...FIELDS, content: "c", type: "chat", role: "r" }),
      new ChatMessage({ ...FIELDS, content: "c", role: "r" }),
    ],
    [
      "FunctionMessage",
      message("function", "FunctionMessage", { ...FIELDS, content: "c", type: "function" }),
      new FunctionMessage({ ...FIELDS, content: "c" }),
    ],
    [
      "RemoveMessage",
      message("modifier", "RemoveMessage", { content: "", type: "remove", id: "i", name: null }),
      new RemoveMessage({ id: "i" }),
    ],
    [
      "HumanMessage of pydantic 1",
      new Ext(4, pack(["langchain_core.messages.human", "HumanMessage", { content: "c" }])),
      new HumanMessage("c"),
    ],
    [
      "Document",
      pydantic("langchain_core.documents.base", "Document", {
        id: null,
        metadata: { source: "s" },
        page_content: "p",
        type: "Document",
      }),
      new Document({ pageContent: "p", metadata: { source: "s" } }),
    ],
  ];
  it.each(MESSAGES)("makes a %s what it is in JavaScript", (_, stored, expected) => {
    const found = reread([stored]) as object[];
    expect(found).toEqual([expected]);
    expect(Object.getPrototypeOf(found[0])).toBe(Object.getPrototypeOf(expected));
  });

  it("sets no field of a message that Python left empty", () => {
    const fields = { content: "c", name: null, id: null, usage_metadata: null };
    const found = reread(message("ai", "AIMessage", fields)) as AIMessage;
    expect(found).toEqual(new AIMessage("c"));
    expect(found.id).toBeUndefined();
  });

  const inert = (python: string, value: unknown) => ({ python, value });
  const OBJECTS: [string, Ext, unknown][] = [
    [
      "a set of sets",
      one("builtins", "set", [one("builtins", "frozenset", [1])]),
      new Set([new Set([1])]),
    ],
    ["a deque", one("collections", "deque", [1, 2]), [1, 2]],
    [
      "a UUID",
      one("uuid", "UUID", "0123456789abcdef0123456789abcdef"),
      "01234567-89ab-cdef-0123-456789abcdef",
    ],
    ["a Decimal", one("decimal", "Decimal", "1.10"), inert("decimal.Decimal", "1.10")],
    ["a path", positional("pathlib", "PosixPath", ["/", "usr", "lib"]), "/usr/lib"],
    ["a path of Python 3.13", positional("pathlib._local", "PosixPath", ["a", "b"]), "a/b"],
    ["an empty path", positional("pathlib", "Path", []), "."],
    ["a path of Windows", positional("pathlib", "WindowsPath", ["C:\\", "a", "b"]), "C:\\a\\b"],
    ["an address", one("ipaddress", "IPv4Address", "127.0.0.1"), "127.0.0.1"],
    ["an enum", one("app.state", "Color", "red"), "red"],
    ["an enum without a value", one("app.state", "Nothing", null), null],
    [
      "a secret of pydantic",
      one("pydantic.types", "SecretStr", "s"),
      inert("pydantic.types.SecretStr", "s"),
    ],
    [
      "a datetime with a zone and microseconds",
      method("datetime", "datetime", "2024-01-02T03:04:05.678901+05:30", "fromisoformat"),
      new Date("2024-01-01T21:34:05.678Z"),
    ],
    [
      "a datetime without a zone",
      method("datetime", "datetime", "2024-01-02T03:04:05", "fromisoformat"),
      inert("datetime.datetime", "2024-01-02T03:04:05"),
    ],
    ["a date", positional("datetime", "date", [2024, 1, 2]), inert("datetime.date", "2024-01-02")],
    [
      "a time",
      keywords("datetime", "time", { hour: 1, minute: 2, tzinfo: null }),
      inert("datetime.time", { hour: 1, minute: 2, tzinfo: null }),
    ],
    [
      "a timedelta",
      positional("datetime", "timedelta", [1, 2, 3]),
      inert("datetime.timedelta", [1, 2, 3]),
    ],
    [
      "a timezone",
      positional("datetime", "timezone", [positional("datetime", "timedelta", [0, 3600, 0])]),
      inert("datetime.timezone", [inert("datetime.timedelta", [0, 3600, 0])]),
    ],
    ["a pattern", positional("re", "compile", ["(a+)+$", 32]), inert("re.compile", ["(a+)+$", 32])],
    [
      "a dataclass",
      keywords("app.state", "Customer", { id: 7 }),
      inert("app.state.Customer", { id: 7 }),
    ],
    [
      "a model of pydantic",
      pydantic("app.state", "Order", { n: 1 }),
      inert("app.state.Order", { n: 1 }),
    ],
    ["a method of another type", method("os", "path", "x", "join"), inert("os.path.join", "x")],
    [
      "a numpy array",
      new Ext(6, pack(["<i8", [2], "C", new Uint8Array([1, 2])])),
      inert("numpy.ndarray", {
        dtype: "<i8",
        shape: [2],
        order: "C",
        data: new Uint8Array([1, 2]),
      }),
    ],
    [
      "an unknown extension",
      new Ext(42, new Uint8Array([1])),
      inert("extension 42", new Uint8Array([1])),
    ],
    [
      "a delta snapshot of messages",
      new Ext(7, pack([message("human", "HumanMessage", { content: "c" })])),
      new DeltaSnapshot([new HumanMessage("c")]),
    ],
  ];
  it.each(OBJECTS)("reads %s", (_, stored, expected) => {
    expect(reread({ nested: [stored] })).toEqual({ nested: [expected] });
  });

  it("reads a Send, an Interrupt, a Command and an Overwrite as LangGraph.js takes them", () => {
    const send = positional("langgraph.types", "Send", ["work", { n: 1 }]);
    const command = keywords("langgraph.types", "Command", {
      graph: null,
      update: { a: 1 },
      resume: null,
      goto: [send, "end"],
    });
    const interrupt = keywords("langgraph.types", "Interrupt", { value: "approve?", id: "i" });
    const overwrite = keywords("langgraph.types", "Overwrite", { value: ["new"] });
    const [sent, commanded, interrupted, overwritten] = reread([
      send,
      command,
      interrupt,
      overwrite,
    ]) as object[];
    expect(sent).toEqual({ lg_name: "Send", node: "work", args: { n: 1 } });
    expect(commanded).toEqual({ lg_name: "Command", update: { a: 1 }, goto: [sent, "end"] });
    const { goto } = new Command(commanded as { goto: Send[] });
    expect(goto).toEqual([new Send("work", { n: 1 }), "end"]);
    expect(interrupted).toEqual({ value: "approve?", id: "i" });
    expect(Overwrite.isInstance(overwritten)).toBe(true);
    expect(overwritten).toEqual({ __overwrite__: ["new"] });
  });

  it("keeps no view of the row in bytes that it returns", () => {
    const row = pack({ data: new Uint8Array([1, 2, 3]) });
    const { data } = read(row) as { data: Uint8Array };
    expect(data.buffer.byteLength).toBe(3);
    row.fill(0);
    expect(data).toEqual(new Uint8Array([1, 2, 3]));
  });
});
