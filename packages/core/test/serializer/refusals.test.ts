import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { describe, expect, it } from "vitest";
import { InvalidInputError, SerializationError } from "../../src/errors/errors.ts";
import type { SerializerOptions } from "../../src/serializer/options.ts";
import { serializer } from "../../src/serializer/serializer.ts";

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

const cycle: Record<string, unknown> = { a: 1 };
cycle.self = { back: cycle };
const sparse: unknown[] = [1];
sparse[2] = 3;
const message = (fields: Record<string, unknown>) =>
  new HumanMessage({ content: "", additional_kwargs: fields });

/** A value nested in objects, arrays or Maps. */
function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "core";
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

async function roundTrip(value: unknown, options?: SerializerOptions): Promise<unknown> {
  const serde = serializer(options);
  return serde.loadsTyped(...(await serde.dumpsTyped(value)));
}

describe("the serializer refuses", () => {
  it.each<[string, unknown, string]>([
    ["a function", { tools: [() => {}] }, "value.tools[0] is a function"],
    ["a symbol", { a: Symbol("s") }, "value.a is a symbol"],
    ["a promise", [Promise.resolve(1)], "value[0] is a promise"],
    [
      "an instance of an unknown class",
      { price: new Money(5) },
      "value.price is an object of class Money",
    ],
    [
      "a class derived from a known one",
      new (class Sorted extends Map {})(),
      "value is an object of class Sorted",
    ],
    [
      "a message of a class of the user's",
      new (class Mine extends AIMessage {})("x"),
      "value is an object of class Mine",
    ],
    [
      "an object of LangChain's that is not on the list",
      ChatPromptTemplate.fromTemplate("{a}"),
      "ChatPromptTemplate",
    ],
    ["a cycle", cycle, "part of a cycle"],
    ["an array with holes", { list: sparse }, "value.list is an array with holes"],
    ["an array with properties", /(b)/.exec("abc"), "value is an array with holes or properties"],
    [
      "a symbol as a key",
      { a: { [Symbol("k")]: 1 } },
      "value.a is an object with a symbol for a key",
    ],
    [
      "a field of a message",
      [new HumanMessage("x"), message({ fn() {} })],
      "value[1].additional_kwargs.fn is a function",
    ],
    ["a value of a Map", new Map([["odd key", () => {}]]), 'value["odd key"] is a function'],
    ["a member of a Set", new Set([1, () => {}]), "value[1] is a function"],
    ["an object with a toJSON of its own", { toJSON: () => 1 }, "value.toJSON is a function"],
    [
      "a BigInt of endless digits",
      { n: 10n ** 20_000n },
      "value.n is a BigInt of more than 20000 digits",
    ],
  ])("%s, and says where it is", async (_, value, expected) => {
    const refused = serializer().dumpsTyped(value);
    await expect(refused).rejects.toThrow(SerializationError);
    await expect(refused).rejects.toThrow(expected);
  });

  it.each<[string, unknown]>([
    [
      "a getter that throws",
      {
        get a() {
          throw new Error("secret");
        },
      },
    ],
    [
      "a proxy that throws",
      {
        a: new Proxy(
          {},
          {
            ownKeys() {
              throw new Error("secret");
            },
          },
        ),
      },
    ],
  ])("%s, without its message", async (_, value) => {
    const error = await serializer()
      .dumpsTyped(value)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SerializationError);
    expect(String(error)).not.toContain("secret");
  });

  it.each<[string, (inner: unknown) => unknown]>([
    ["objects", (a) => ({ a })],
    ["arrays", (a) => [a]],
    ["Maps", (a) => new Map([[1, a]])],
    ["Maps as keys", (a) => new Map([[a, 1]])],
    ["messages", (a) => message({ a })],
    ["errors", (cause) => new Error("outer", { cause })],
    ["objects like records", (lc) => ({ lc: 1, inner: lc })],
  ])("10,000 levels of %s cleanly, and stores 450", async (kind, wrap) => {
    const serde = serializer();
    const deep = serde.dumpsTyped(nested(10_000, wrap));
    // What is too deep within an error is left out, as all that can't be stored of one.
    if (kind === "errors") await expect(deep).resolves.toBeDefined();
    else await expect(deep).rejects.toThrow("nested deeper than 1000 levels");
    const value = nested(450, wrap);
    const [type, stored] = await serde.dumpsTyped(value);
    const again = await serde.dumpsTyped(await serde.loadsTyped(type, stored));
    expect(Buffer.compare(again[1], stored)).toBe(0);
  });

  it("values beyond maxBytes, on the way in and out", async () => {
    const small = serializer({ maxBytes: 100 });
    await expect(small.dumpsTyped("x".repeat(99))).rejects.toThrow("larger than 100 bytes");
    expect(await roundTrip("x".repeat(98), { maxBytes: 100 })).toHaveLength(98);
    const stored = `"${"x".repeat(99)}"`;
    await expect(small.loadsTyped("json", stored)).rejects.toThrow('"maxBytes"');
  });
});

describe("what can't be stored", () => {
  const value = {
    keep: 1,
    fn: () => {},
    list: [1, Symbol("s"), 3],
    map: new Map<string, unknown>([
      ["a", 1],
      ["b", () => {}],
    ]),
    set: new Set([1, () => {}]),
    price: new Money(5),
    promise: Promise.resolve(1),
    cycle,
  };

  it('is left out with unsupported: "drop"', async () => {
    const read = await roundTrip(value, { unsupported: "drop" });
    expect(read).toMatchObject({ keep: 1, list: [1, undefined, 3] });
    expect(read).toHaveProperty("map", new Map([["a", 1]]));
    expect(read).toHaveProperty("set", new Set([1]));
    for (const key of ["fn", "price", "promise"]) expect(read).not.toHaveProperty(key);
  });

  it('becomes plain with unsupported: "plain"', async () => {
    const read = await roundTrip(value, { unsupported: "plain" });
    expect(read).toMatchObject({ keep: 1, price: { cents: 5 } });
    for (const key of ["fn", "promise"]) expect(read).not.toHaveProperty(key);
    const dated = { at: { toJSON: () => ({ iso: "2026" }), constructor: Money } };
    Object.setPrototypeOf(dated.at, Money.prototype);
    expect(await roundTrip(dated, { unsupported: "plain" })).toEqual({ at: { iso: "2026" } });
  });

  it("of an error is left out, so that the error itself is never lost", async () => {
    const error = Object.assign(new Error("failed", { cause: () => {} }), {
      request: new Money(1),
      code: 7,
    });
    const read = (await roundTrip(error)) as Error & { code: number };
    expect(read.message).toBe("failed");
    expect(read.code).toBe(7);
    expect(read).not.toHaveProperty("request");
    expect(read.cause).toBeUndefined();
  });
});

describe("classes of the user's", () => {
  const money = {
    name: "Money",
    class: Money,
    toJSON: ({ cents }: Money) => ({ cents, at: new Date(0) }),
    fromJSON: ({ cents }: { cents: number; at: Date }) => new Money(cents),
  };

  it("come back as objects of their classes, wherever they stand", async () => {
    const value = { a: new Money(1), list: [new Map([["k", new Money(2)]])] };
    const read = await roundTrip(value, { classes: [money] });
    expect(read).toEqual(value);
    expect((read as typeof value).a).toBeInstanceOf(Money);
  });

  it("that are not registered when they are read are an error that says so", async () => {
    const [type, bytes] = await serializer({ classes: [money] }).dumpsTyped(new Money(1));
    await expect(serializer().loadsTyped(type, bytes)).rejects.toThrow("serializer({ classes })");
  });

  it("of LangChain's come back with the option langchain, and are data without", async () => {
    const prompt = ChatPromptTemplate.fromTemplate("{topic}");
    const { PromptTemplate, HumanMessagePromptTemplate } = await import("@langchain/core/prompts");
    const langchain = [ChatPromptTemplate, HumanMessagePromptTemplate, PromptTemplate] as never[];
    const [type, bytes] = await serializer({ langchain }).dumpsTyped(prompt);
    const read = (await serializer({ langchain }).loadsTyped(type, bytes)) as ChatPromptTemplate;
    expect(read).toBeInstanceOf(ChatPromptTemplate);
    expect(await read.format({ topic: "tides" })).toBe(await prompt.format({ topic: "tides" }));
    const data = await serializer().loadsTyped(type, bytes);
    expect(data).not.toBeInstanceOf(ChatPromptTemplate);
    expect(data).toMatchObject({ lc: 1, type: "constructor" });
  });

  it.each<[unknown, string]>([
    [{ unsupported: "ignore" }, "unsupported"],
    [{ classes: [{ name: "x" }] }, "classes"],
    [{ classes: [money, money] }, "same name"],
    [{ classes: "Money" }, "arrays"],
    [{ langchain: [{}] }, "langchain"],
    [{ maxBytes: 0 }, "maxBytes"],
    [null, "options"],
  ])("and other options are checked: %o", (options, expected) => {
    expect(() => serializer(options as never)).toThrow(InvalidInputError);
    expect(() => serializer(options as never)).toThrow(expected);
  });
});
