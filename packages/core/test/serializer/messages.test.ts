import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  RemoveMessage,
} from "@langchain/core/messages";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { MESSAGES } from "../../src/serializer/classes.ts";
import { serializer } from "../../src/serializer/serializer.ts";

const serde = serializer();

async function roundTrip(value: unknown): Promise<unknown> {
  return serde.loadsTyped(...(await serde.dumpsTyped(value)));
}

/** All fields, those too that are undefined, without what the constructor was once given. */
function fieldsOf(message: object): [string, unknown][] {
  return Object.entries(message).filter(([name]) => name !== "lc_kwargs");
}

/** What every constructor takes, and what some make others of. */
const FULL = {
  content: [{ type: "text", text: "look" }],
  id: "id-1",
  name: "Ada",
  role: "critic",
  tool_call_id: "call-1",
  status: "success",
  artifact: { raw: 1 },
  additional_kwargs: { tool_calls: [] },
  response_metadata: { model: "m", output_version: "v1" },
  usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  tool_calls: [{ name: "f", args: { a: 1 }, id: "call-1", type: "tool_call" }],
  tool_call_chunks: [
    { name: "f", args: '{"a":1}', id: "call-1", index: 0, type: "tool_call_chunk" },
  ],
};

/** What a field may have been changed to. */
const CHANGES: Readonly<Record<string, readonly unknown[]>> = {
  content: [
    "",
    "changed",
    [],
    [{ type: "tool_call", id: "2", name: "g", args: {} }],
    null,
    undefined,
  ],
  tool_calls: [[], [{ name: "g", args: {}, id: "2", type: "tool_call" }], undefined],
  invalid_tool_calls: [[], [{ name: "g", args: "{", type: "invalid_tool_call" }], undefined],
  tool_call_chunks: [[], [{ name: "g", args: "{", index: 1, type: "tool_call_chunk" }], undefined],
  additional_kwargs: [
    { b: 2 },
    { tool_calls: [{ function: { name: "g", arguments: "{}" } }] },
    null,
  ],
  response_metadata: [{}, { output_version: "v1" }, null, undefined],
  usage_metadata: [undefined, { input_tokens: 0, output_tokens: 0, total_tokens: 0 }],
  id: [undefined, null, "other"],
  name: [undefined, null, "Bob"],
};

describe("a message comes back with the fields that it has", () => {
  const cases = [...MESSAGES].flatMap(([name, Message]) =>
    Object.entries(CHANGES).map(([field, values]) => ({ name, Message, field, values })),
  );

  it.each(cases)("$name, whose $field was changed", async ({ Message, field, values }) => {
    for (const value of values) {
      for (const given of [structuredClone(FULL), { content: "text" }]) {
        const message = new Message(given as never) as BaseMessage;
        if (!(field in message)) continue;
        Object.assign(message, { [field]: value });
        const expected = fieldsOf(message);
        const read = (await roundTrip(message)) as BaseMessage;
        expect(fieldsOf(read)).toStrictEqual(expected);
        expect(Object.getPrototypeOf(read)).toBe(Message.prototype);
        // And stays so when it is stored once more.
        expect(fieldsOf((await roundTrip(read)) as BaseMessage)).toStrictEqual(expected);
      }
    }
  });

  it("also those that its constructor was given beside the fields of its class", async () => {
    const message = new HumanMessage({ content: "", rating: 1 } as never);
    expect(await roundTrip(message)).not.toHaveProperty("rating");
    expect(await roundTrip(Object.assign(message, { rating: 5 }))).toHaveProperty("rating", 5);
  });

  it("and goes on as one: chunks of a changed answer are put together", async () => {
    const chunk = new AIMessageChunk({ content: "a", tool_call_chunks: [] });
    chunk.tool_calls = [{ name: "f", args: { a: 1 }, id: "1", type: "tool_call" }];
    const read = (await roundTrip(chunk)) as AIMessageChunk;
    const whole = read.concat(new AIMessageChunk({ content: "b" }));
    expect(whole.content).toBe("ab");
    expect(whole.tool_calls).toEqual(chunk.tool_calls);
  });

  it("and LangGraph's serializer reads and writes it as one", async () => {
    const upstream = new JsonPlusSerializer();
    const message = new AIMessage({ content: "a", tool_calls: FULL.tool_calls as never });
    message.tool_calls = [];
    const [type, bytes] = await serde.dumpsTyped(message);
    expect(fieldsOf(await upstream.loadsTyped(type, bytes))).toEqual(fieldsOf(message));
    const chunk = new AIMessageChunk({
      content: "",
      tool_call_chunks: FULL.tool_call_chunks as never,
    });
    chunk.tool_calls = [];
    const read = await roundTrip(chunk);
    const written = async (value: unknown) =>
      JSON.parse(new TextDecoder().decode((await upstream.dumpsTyped(value))[1]));
    expect(await written(read)).toEqual(await written(chunk));
  });
});

describe("a class of the user's that is derived from a message", () => {
  it.each([
    new (class HumanMessage2 extends HumanMessage {})("a"),
    new { HumanMessage: class HumanMessage extends AIMessage {} }.HumanMessage("a"),
    new (class extends RemoveMessage {})({ id: "1" }),
  ])("is refused, whatever its name", async (message) => {
    await expect(serde.dumpsTyped(message)).rejects.toThrow("an object of class");
  });
});
