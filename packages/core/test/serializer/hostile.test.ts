import { deepStrictEqual } from "node:assert";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SAMPLES } from "../../../conformance/src/samples/index.ts";
import { SerializationError } from "../../src/errors/errors.ts";
import { serializer } from "../../src/serializer/serializer.ts";

const serde = serializer();
const read = (json: string) => serde.loadsTyped("json", json);
const lc = (id: string[], kwargs: unknown = {}) => ({ lc: 1, type: "constructor", id, kwargs });
const made = (id: unknown, args: unknown, method?: unknown) => ({
  lc: 2,
  type: "constructor",
  id,
  args,
  method,
});
const own = (type: string, fields: object) => ({ lc: 2, type: `waypost/${type}`, ...fields });

describe("rows that look like objects but are none stay data", () => {
  it.each<[string, unknown]>([
    [
      "a class that could act",
      lc(["langchain", "llms", "openai", "OpenAI"], { base_url: "http://evil" }),
    ],
    [
      "a class of core that is no message",
      lc(["langchain_core", "prompts", "prompt", "PromptTemplate"]),
    ],
    ["a message's name in another namespace", lc(["evil", "messages", "AIMessage"])],
    ["a name from the prototype", lc(["langchain_core", "messages", "constructor"])],
    ["a name that is __proto__", lc(["langchain_core", "messages", "__proto__"])],
    ["a secret of the environment", { lc: 1, type: "secret", id: ["PATH"] }],
    ["an object not implemented", { lc: 1, type: "not_implemented", id: ["x"] }],
    ["kwargs that are a list", lc(["langchain_core", "messages", "AIMessage"], ["x"])],
    ["kwargs that are a string", lc(["langchain_core", "messages", "AIMessage"], "x")],
    ["an id that is no list", { lc: 1, type: "constructor", id: "AIMessage", kwargs: {} }],
    ["a constructor of code", made(["Function"], ["return process"])],
    ["a global by its name", made(["globalThis"], [])],
    ["a Map with a method", made(["Map"], [[]], "groupBy")],
    ["a Map of no entries", made(["Map"], [[["a"], 1]])],
    ["a Set of two arguments", made(["Set"], [[1], [2]])],
    ["a RegExp that is none", made(["RegExp"], ["(", ""])],
    ["a RegExp with bad flags", made(["RegExp"], ["a", "zz"])],
    ["bytes out of range", made(["Uint8Array"], [[256, -1, 1.5]])],
    ["bytes of a huge length", made(["Uint8Array"], [1e12])],
    ["a number that is none", own("number", { value: "1e400" })],
    ["a BigInt that is none", own("bigint", { value: "0x10" })],
    ["a BigInt of endless digits", own("bigint", { value: "9".repeat(100_000) })],
    ["a URL that is none", own("url", { value: "http://" })],
    ["bytes of an unknown class", own("bytes", { class: "Function", value: "AAAA" })],
    ["bytes of a class from the prototype", own("bytes", { class: "constructor", value: "AAAA" })],
    ["bytes that do not fill their class", own("bytes", { class: "Float64Array", value: "AAAA" })],
    ["entries that are none", own("object", { value: [1, 2] })],
    ["a type of the future", own("tomorrow", { value: 1 })],
    ["a record without a type", { lc: 2 }],
  ])("%s", async (_, row) => {
    // A field that is not there is undefined in neither.
    const json = JSON.stringify({ row, beside: [row] });
    expect(await read(json)).toEqual(JSON.parse(json));
  });

  it("nor is anything polluted by keys of prototypes", async () => {
    const rows = [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"lc":2,"type":"waypost/object","value":[["__proto__",{"polluted":1}],["constructor",1]]}',
      '{"lc":1,"type":"constructor","id":["langchain_core","messages","HumanMessage"],"kwargs":{"content":"x","__proto__":{"polluted":1}},"fields":{"__proto__":{"polluted":1}}}',
      '{"lc":2,"type":"constructor","id":["Error"],"args":["x"],"kwargs":{"fields":[["__proto__",{"polluted":1}]]}}',
    ];
    for (const row of rows) {
      const value = (await read(row)) as object;
      expect(({} as { polluted?: 1 }).polluted).toBeUndefined();
      expect((value as { polluted?: 1 }).polluted).toBeUndefined();
      expect(Object.hasOwn(value, "polluted")).toBe(false);
    }
  });

  it("nor is a method of what was made replaced by one that acts", async () => {
    const kwargs = { content: "x", toJSON: "x", _getType: "y" };
    const row = {
      ...lc(["langchain_core", "messages", "HumanMessage"], kwargs),
      fields: { getType: "z" },
    };
    const message = (await read(JSON.stringify(row))) as HumanMessage;
    expect(message).toBeInstanceOf(HumanMessage);
    expect(typeof message.toJSON).toBe("function");
    expect(message.getType()).toBe("human");
  });

  it("what LangChain escaped is the data it was, also where it looks like an object", async () => {
    const inner = lc(["langchain_core", "messages", "AIMessage"], { content: "not me" });
    const message = new HumanMessage({ content: "x", additional_kwargs: { inner } });
    const stored = JSON.stringify(message);
    expect(stored).toContain("__lc_escaped__");
    expect((await read(stored)) as HumanMessage).toHaveProperty("additional_kwargs.inner", inner);
  });
});

describe("damaged rows", () => {
  it.each<[string, string, Uint8Array | string]>([
    ["cut off", "json", '{"a":[1,2'],
    ["empty", "json", ""],
    ["no JSON", "json", "undefined"],
    ["with text behind", "json", "1 2"],
    ["broken UTF-8", "json", Uint8Array.from([34, 0xff, 0xfe, 34])],
    ["UTF-8 cut off", "json", Uint8Array.from([34, 0xe2, 0x82])],
    ["an unknown type", "yaml", "a: 1"],
    [
      "a message of impossible fields",
      "json",
      JSON.stringify(
        lc(["langchain_core", "messages", "AIMessage"], {
          content: "x",
          contentBlocks: 5,
          tool_calls: 5,
        }),
      ),
    ],
  ])("are an error of ours: %s", async (_, type, data) => {
    const error = await serde.loadsTyped(type, data).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SerializationError);
  });

  it("and the error holds nothing of what is stored", async () => {
    const error = await read('{"password": "hunter2" oops').catch((e: unknown) => e as Error);
    expect(String(error)).not.toContain("hunter2");
    expect((error as Error).cause).toBeUndefined();
  });

  it("of 100,000 levels are read, or are an error, and nothing else happens", async () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['{"lc":2,"type":"delta_snapshot","value":', "}"],
    ]) {
      const json = `[{"lc":0},${open?.repeat(100_000)}1${close?.repeat(100_000)}]`;
      expect(await read(json)).toBeDefined();
    }
  });

  it("of random changes to real rows are read, or are an error of ours", async () => {
    const rows = await Promise.all(
      SAMPLES.map(async ({ value }) => (await serde.dumpsTyped([value]))[1]),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...rows),
        fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
          maxLength: 4,
        }),
        fc.nat(),
        async (row, changes, cut) => {
          const damaged = Uint8Array.from(row).subarray(
            0,
            cut % 3 === 0 ? cut % row.length : row.length,
          );
          for (const { at, byte } of changes)
            if (damaged.length > 0) damaged[at % damaged.length] = byte;
          await serde.loadsTyped("json", damaged).catch((error: unknown) => {
            expect(error).toBeInstanceOf(SerializationError);
          });
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("any value", () => {
  const keys = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("lc", "__proto__", "constructor", "type", "__lc_escaped__", "toString"),
  );
  const leaves = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, 1, 2),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      leaves,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(keys, tie("value"), { maxKeys: 4, noNullPrototype: false }),
      fc
        .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
        .map((entries) => new Map(entries)),
      fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
      tie("value").map((cause) => new Error("e", { cause })),
      tie("value").map((a) => new AIMessage({ content: "c", additional_kwargs: { a } })),
    ),
  }));

  it("comes back equal", () =>
    fc.assert(
      fc.asyncProperty(value, async (original) => {
        const again = await serde.loadsTyped(...(await serde.dumpsTyped(original)));
        // By the language's own rules: classes, -0, the order of entries.
        deepStrictEqual(again, original);
      }),
      { numRuns: 1000 },
    ));
});
