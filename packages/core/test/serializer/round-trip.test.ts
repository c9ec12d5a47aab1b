import { BaseMessage } from "@langchain/core/messages";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import {
  LOOKALIKES,
  MESSAGES,
  PLAIN,
  POSITIONS,
  SAMPLES,
} from "../../../conformance/src/samples/index.ts";
import { serializer } from "../../src/serializer/serializer.ts";

const ours = serializer();
const upstream = new JsonPlusSerializer();
const text = new TextDecoder();

async function roundTrip(value: unknown): Promise<unknown> {
  const [type, bytes] = await ours.dumpsTyped(value);
  const read = await ours.loadsTyped(type, bytes);
  // Drivers hand JSON over as text, too.
  if (type === "json") expect(await ours.loadsTyped(type, text.decode(bytes))).toEqual(read);
  return read;
}

/** A message as a list of its fields, without what its constructor was once given: fields change. */
function ownFields(value: unknown): unknown {
  if (!(value instanceof BaseMessage)) return value;
  return Object.entries(value).filter(([name]) => name !== "lc_kwargs");
}

/** The class too, which `toEqual` ignores, and all that an error holds, of which it compares a part. */
function expectSame(read: unknown, value: unknown): void {
  expect(ownFields(read)).toEqual(ownFields(value));
  expect(Object.is(read, -0)).toBe(Object.is(value, -0));
  if (typeof value !== "object" || value === null) return;
  expect(Object.getPrototypeOf(read)).toBe(Object.getPrototypeOf(value));
  if (!(value instanceof Error)) return;
  const error = read as Error;
  expect({ ...error, name: error.name, stack: error.stack, cause: error.cause }).toEqual({
    ...value,
    name: value.name,
    stack: value.stack,
    cause: value.cause,
  });
}

describe.each(POSITIONS)("a value %s", (_, place, takeOut) => {
  it.each(SAMPLES)("comes back equal: $kind", async (sample) => {
    const read = takeOut((await roundTrip(place(sample.value))) as never);
    // As it was there: a Map takes -0 for 0, whatever is stored.
    const placed = takeOut(place(sample.value) as never);
    expectSame(read, "readsAs" in sample ? sample.readsAs : placed);
  });
});

describe("what LangGraph's serializer can express", () => {
  // Its library reads a ToolMessageChunk without the id of its call, and fields beside those of a class not at all.
  const alike = MESSAGES.filter(({ kind }) => !/changed|Document|ToolMessageChunk/.test(kind));

  it.each([...PLAIN, ...alike])("is read by it as by us: $kind", async ({ value }) => {
    const [type, bytes] = await ours.dumpsTyped([value]);
    expect(await upstream.loadsTyped(type, bytes)).toEqual(await ours.loadsTyped(type, bytes));
  });

  it.each([...PLAIN, ...alike])(
    "is read by us as by it, when it wrote it: $kind",
    async ({ value }) => {
      const [type, bytes] = await upstream.dumpsTyped({ value });
      expect(await ours.loadsTyped(type, bytes)).toEqual(await upstream.loadsTyped(type, bytes));
    },
  );

  it("is written with the same bytes where nothing else is in it", async () => {
    const value = {
      messages: MESSAGES.slice(0, 2).map((sample) => sample.value),
      n: [1, "a", null],
    };
    const [, written] = await ours.dumpsTyped(value);
    expect(text.decode(written)).toBe(text.decode((await upstream.dumpsTyped(value))[1]));
  });

  it.each([
    ["undefined", { a: undefined }],
    ["Map", { a: new Map([["k", new Map([[1, "v"]])]]) }],
    ["Set", { a: new Set([1, new Set(["b"])]) }],
    ["RegExp", { a: /x/gi }],
    ["Error", { a: new Error("message") }],
    ["Uint8Array within a value", { a: new Uint8Array([0, 127, 255]) }],
    ["Date, as the string it became", { a: new Date(0) }],
    ["Buffer, as what it became", { a: Buffer.from("x") }],
  ])("is read by us as by it, of older rows: %s", async (_, value) => {
    const [type, bytes] = await upstream.dumpsTyped(value);
    expect(await ours.loadsTyped(type, bytes)).toEqual(await upstream.loadsTyped(type, bytes));
  });

  it("of a document is loaded by it as a document", async () => {
    const { value } = MESSAGES.find(({ kind }) => kind === "Document") ?? {};
    const [type, bytes] = await ours.dumpsTyped({ value });
    expect(await upstream.loadsTyped(type, bytes)).toEqual({ value });
  });
});

describe("what LangGraph's serializer has no form for", () => {
  const inert = SAMPLES.filter(
    ({ kind }) =>
      !/undefined|Map|Set|RegExp|Error|Message|Document|^Interrupt|DeltaSnap/.test(kind),
  ).filter((sample) => !PLAIN.includes(sample));

  it.each([...inert, ...LOOKALIKES])(
    "is data to it, never an object or an error: $kind",
    async ({ value }) => {
      const [type, bytes] = await ours.dumpsTyped({ value });
      if (type === "bytes") return;
      expect(await upstream.loadsTyped(type, bytes)).toEqual(JSON.parse(text.decode(bytes)));
    },
  );
});

describe("references", () => {
  it("that are shared become copies", async () => {
    const shared = { n: 1 };
    const read = (await roundTrip([shared, shared])) as [object, object];
    expect(read).toEqual([shared, shared]);
    expect(read[0]).not.toBe(read[1]);
  });

  it("leave the value as it was, while parts of it are encoded", async () => {
    const inner = Object.freeze({ when: new Date(0), drop: undefined });
    const value = Object.freeze({ list: Object.freeze([inner, 1n]) });
    expect(await roundTrip(value)).toEqual(value);
    expect(value.list[0]).toBe(inner);
  });
});
