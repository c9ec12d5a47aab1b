import { Document } from "@langchain/core/documents";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import type { SerializerOptions } from "../../src/serializer/options.ts";
import { serializer } from "../../src/serializer/serializer.ts";

type Graph = Record<string, unknown>;
type Wrap = (a: unknown, b: unknown) => unknown;

async function roundTrip(value: unknown, options?: SerializerOptions): Promise<unknown> {
  const serde = serializer(options);
  return serde.loadsTyped(...(await serde.dumpsTyped(value)));
}

/** An object that stands twice in each of so many levels: as many paths as there are bits. */
function lattice(levels: number, wrap: Wrap): unknown {
  let value: unknown = {};
  for (let i = 0; i < levels; i++) value = wrap(value, value);
  return value;
}

/** Objects that all know each other, of which no number of steps walks every path. */
function clique(size: number): Graph[] {
  const nodes = Array.from({ length: size }, (_, id): Graph => ({ id }));
  for (const node of nodes) for (const other of nodes) node[`to${other.id}`] = other;
  return nodes;
}

const WRAPS: readonly [string, Wrap][] = [
  ["objects", (a, b) => ({ a, b })],
  ["arrays", (a, b) => [a, b]],
  ["Maps", (a, b) => new Map([[a, b]])],
  ["Sets", (a, b) => new Set([[a], [b]])],
  ["objects like records", (a, b) => ({ lc: 1, a, b })],
  ["objects without a prototype", (a, b) => Object.assign(Object.create(null), { a, b })],
  ["documents", (a, b) => new Document({ pageContent: "", metadata: { a, b } })],
  ["messages", (a, b) => new HumanMessage({ content: "", additional_kwargs: { a, b } })],
  ["content", (a, b) => new AIMessage({ content: [a, b] as never })],
  ["sends", (a, b) => ({ lg_name: "Send", node: "n", args: [a, b] })],
];

describe("an object that stands in many places", () => {
  it.each(WRAPS)("of each of 60 levels of %s is refused at once", async (_, wrap) => {
    const refused = serializer().dumpsTyped(lattice(60, wrap));
    await expect(refused).rejects.toThrow("in several places");
  });

  it.each(WRAPS)("is stored in each of them, up to maxBytes: %s", async (_, wrap) => {
    const value = lattice(6, wrap);
    expect(JSON.stringify(await roundTrip(value))).toBe(JSON.stringify(value));
  });

  it.each<SerializerOptions["unsupported"]>(["drop", "plain"])(
    "is refused in the same way where the rest is left out: %s",
    async (unsupported) => {
      const value = lattice(60, (a, b) => ({ a, b, fn() {} }));
      await expect(serializer({ unsupported }).dumpsTyped(value)).rejects.toThrow("several places");
    },
  );

  it("is equal wherever it stands in a large value, which remembers what was encoded", async () => {
    const shared = { at: new Date(5), list: Array.from({ length: 200 }, (_, i) => ({ i })) };
    const value = Array.from({ length: 2000 }, (_, i) => ({ i, shared, own: { n: BigInt(i) } }));
    expect(await roundTrip(value)).toEqual(value);
  });

  it("of an error costs the error's field, not the error", async () => {
    const error = Object.assign(new Error("failed"), {
      deep: lattice(60, (a, b) => [a, b]),
      code: 7,
    });
    const read = (await roundTrip(error)) as typeof error;
    expect(read).toMatchObject({ message: "failed", code: 7 });
    expect(read).not.toHaveProperty("deep");
  });

  it("keeps what an error leaves out of it where it stands by itself", async () => {
    // Past the number of objects from which on they are remembered.
    const many = Array.from({ length: 150_000 }, () => ({}));
    const shared = { rows: Array.from({ length: 100 }, () => ({ fn() {} })) };
    const refused = serializer().dumpsTyped([many, Object.assign(new Error(), { shared }), shared]);
    await expect(refused).rejects.toThrow("value[2].rows[0].fn is a function");
  });
});

describe("a cycle", () => {
  it.each<[string, () => unknown, string]>([
    ["of one", () => tied((self) => self), "value[0] is part of"],
    ["through a tree with parents", tree, "value.children[0].parent is part of a cycle"],
    ["through a Map", () => tied((map) => new Map([["up", map]])), "value[0].up is part of"],
    [
      "through a key of a Map",
      () => tied((map) => new Map([[map, 1]])),
      'value[0]["(key)"] is part',
    ],
    ["through a Set", () => tied((set) => new Set([set])), "value[0][0] is part of a cycle"],
    [
      "through a message",
      () => tied((a) => new HumanMessage({ content: "", additional_kwargs: { a } })),
      "value[0].additional_kwargs.a is part of a cycle",
    ],
    [
      "through a document",
      () => tied((a) => new Document({ pageContent: "", metadata: { a } })),
      "value[0].metadata.a is part of a cycle",
    ],
    ["through 30 objects that all know each other", () => clique(30), "is part of a cycle"],
  ])("%s is refused at once, with its path", async (_, make, expected) => {
    await expect(serializer().dumpsTyped(make())).rejects.toThrow(expected);
  });

  it.each<SerializerOptions["unsupported"]>(["drop", "plain"])(
    "is left out where it leads back: %s",
    async (unsupported) => {
      expect(await roundTrip(tree(), { unsupported })).toEqual({
        children: [{ id: 1 }, { id: 2 }],
        id: 0,
      });
      const nodes = (await roundTrip(clique(12), { unsupported })) as Graph[];
      expect(nodes.map(({ id }) => id)).toEqual(clique(12).map(({ id }) => id));
      const refused = serializer({ unsupported }).dumpsTyped(clique(30));
      await expect(refused).rejects.toThrow("in several places");
    },
  );

  it("of an error, and the error's way back in an object around it, are left out", async () => {
    const error = Object.assign(new Error("503"), {
      request: {},
      response: {},
      others: clique(30),
    });
    error.request = { url: "https://example.org", error };
    error.response = { status: 503, error, request: error.request };
    const state: Graph = { lastError: error };
    Object.assign(error, { state });
    const { lastError } = (await roundTrip(state)) as { lastError: typeof error };
    expect(lastError.message).toBe("503");
    expect(lastError.request).toEqual({ url: "https://example.org" });
    expect(lastError.response).toEqual({ status: 503, request: lastError.request });
    expect(lastError).not.toHaveProperty("state");
  });

  it("of errors that cause each other is left out", async () => {
    const both = new AggregateError([], "both");
    both.errors = [new Error("a", { cause: both }), new Error("b", { cause: both })];
    const read = (await roundTrip(both)) as AggregateError;
    expect(read.errors.map(({ message }: Error) => message)).toEqual(["a", "b"]);
    expect(read.errors[0]).not.toHaveProperty("cause");
  });
});

function tree(): Graph {
  const root: Graph = { id: 0 };
  root.children = [1, 2].map((id) => ({ id, parent: root }));
  return root;
}

/** An array that holds what holds the array. */
function tied(wrap: (array: unknown[]) => unknown): unknown[] {
  const array: unknown[] = [];
  array.push(wrap(array));
  return array;
}
