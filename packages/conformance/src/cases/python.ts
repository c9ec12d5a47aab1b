import { randomBytes } from "node:crypto";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { encrypt, type Serializer, serializer } from "@waypost/core";
import { describe, expect, it } from "vitest";
import { databaseUrl, withClient, withSchema } from "../database.ts";
import { collect, thread } from "../graphs.ts";
import type { Mode, Saver } from "../mode.ts";
import { keywords, one, pack, pydantic } from "../msgpack.ts";
import { pythonSetup } from "../python.ts";

const HUMAN = { content: "hello", type: "human", id: "h", name: null, additional_kwargs: {} };
const AI = { content: "hi", type: "ai", id: "a", tool_calls: [], usage_metadata: null };
const human = pydantic("langchain_core.messages.human", "HumanMessage", HUMAN);
const ai = pydantic("langchain_core.messages.ai", "AIMessage", AI);
const FIRST = "1f000000-0000-6000-8000-000000000001";
const SECOND = "1f000000-0000-6000-8000-000000000002";
const version = (n: number) => `${String(n).padStart(32, "0")}.0.5`;

interface Stored {
  readonly type: string;
  readonly blob: Buffer;
}

/**
 * A thread of two checkpoints as Python's `PostgresSaver` stores it, with a question asked at the end.
 *
 * @param messages what stands in the row of the messages instead
 */
async function insertPythonThread(schema: string, id: string, messages: Partial<Stored>) {
  const versions = { messages: version(2), topic: version(2), count: version(1), tags: version(1) };
  const checkpoints = [
    { id: FIRST, parent: null, values: {}, versions: { messages: version(1), tags: version(1) } },
    { id: SECOND, parent: FIRST, values: { topic: "weather", count: 3 }, versions },
  ];
  const blobs: [string, string, string, Buffer][] = [
    ["messages", version(1), "msgpack", pack([human])],
    ["messages", version(2), messages.type ?? "msgpack", messages.blob ?? pack([human, ai])],
    ["tags", version(1), "msgpack", pack(one("builtins", "set", ["a", "b"]))],
  ];
  const interrupt = keywords("langgraph.types", "Interrupt", { value: "approve?", id: "i" });
  const writes: [number, string, string, Buffer][] = [
    [-3, "__interrupt__", "msgpack", pack([interrupt])],
    [0, "note", "null", Buffer.alloc(0)],
    [1, "raw", "bytearray", Buffer.from([1, 2])],
  ];
  await withClient(async (client) => {
    await client.query(`SET search_path TO ${schema}`);
    for (const [step, { id: checkpointId, parent, values, versions }] of checkpoints.entries()) {
      const checkpoint = {
        ...{ v: 4, ts: "2025-01-01T00:00:00+00:00", id: checkpointId, versions_seen: {} },
        ...{ channel_values: values, channel_versions: versions, updated_channels: null },
      };
      await client.query("INSERT INTO checkpoints VALUES ($1, '', $2, $3, NULL, $4, $5)", [
        id,
        checkpointId,
        parent,
        checkpoint,
        { source: "loop", step, parents: {} },
      ]);
    }
    for (const blob of blobs) {
      await client.query("INSERT INTO checkpoint_blobs VALUES ($1, '', $2, $3, $4, $5)", [
        id,
        ...blob,
      ]);
    }
    for (const write of writes) {
      await client.query(
        "INSERT INTO checkpoint_writes VALUES ($1, '', $2, 'task', $3, $4, $5, $6, '~__pregel_pull, ask')",
        [id, SECOND, ...write],
      );
    }
  });
}

const MESSAGES = [
  new HumanMessage({ content: "hello", id: "h" }),
  new AIMessage({ content: "hi", id: "a" }),
];

const chat = (checkpointer: Saver) =>
  new StateGraph(MessagesAnnotation)
    .addNode("reply", () => ({ messages: ["more"] }))
    .addEdge(START, "reply")
    .compile({ checkpointer });

/** Threads of Python's saver, opened as they lie in its own tables. */
export function pythonCases(mode: Mode): void {
  const withPythonThread = (
    work: (saver: Saver) => Promise<void>,
    { serde, messages = {} }: { serde?: Serializer; messages?: Partial<Stored> } = {},
  ) =>
    withSchema(async (schema) => {
      await withClient((client) => client.query(`CREATE SCHEMA ${schema}`));
      await pythonSetup(schema);
      await insertPythonThread(schema, "python", messages);
      const session = await mode.open(databaseUrl(), { serde, schema });
      try {
        await session.saver.setup();
        await work(session.saver);
      } finally {
        await session.close();
      }
    });

  describe(`${mode.name}: a thread of Python's saver`, () => {
    it("opens with its messages, sets, small values and pending writes", () =>
      withPythonThread(async (saver) => {
        const tuple = await saver.getTuple(thread("python"));
        expect(tuple?.checkpoint.channel_values).toEqual({
          messages: MESSAGES,
          tags: new Set(["a", "b"]),
          topic: "weather",
          count: 3,
        });
        expect(tuple?.pendingWrites).toEqual([
          ["task", "__interrupt__", [{ value: "approve?", id: "i" }]],
          ["task", "note", null],
          ["task", "raw", new Uint8Array([1, 2])],
        ]);
        expect(tuple?.metadata).toEqual({ source: "loop", step: 1, parents: {} });
      }));

    it("is listed, newest first, each checkpoint with its own values", () =>
      withPythonThread(async (saver) => {
        const tuples = await collect(saver.list(thread("python")));
        expect(tuples.map((tuple) => tuple.checkpoint.id)).toEqual([SECOND, FIRST]);
        expect(tuples.map((tuple) => tuple.checkpoint.channel_values.messages)).toEqual([
          MESSAGES,
          MESSAGES.slice(0, 1),
        ]);
        expect(tuples[0]).toEqual(await saver.getTuple(thread("python")));
      }));

    it("shows a graph its state and history", () =>
      withPythonThread(async (saver) => {
        const graph = chat(saver);
        expect((await graph.getState(thread("python"))).values).toEqual({ messages: MESSAGES });
        const history = await collect(graph.getStateHistory(thread("python")));
        expect(history.map((state) => state.values.messages.length)).toEqual([2, 1]);
      }));

    it("can't be continued, and stays as it is when that is tried", () =>
      withPythonThread(async (saver) => {
        const before = await collect(saver.list(thread("python")));
        const turn = chat(saver).invoke({ messages: ["again"] }, thread("python"));
        await expect(turn).rejects.toThrow("written by Python's saver");
        expect(await collect(saver.list(thread("python")))).toEqual(before);
      }));

    it("is not opened by a serializer that encrypts, unless that may read plain values", () =>
      withPythonThread(
        async (saver) => {
          await expect(saver.getTuple(thread("python"))).rejects.toThrow("allowPlaintext: true");
        },
        {
          serde: encrypt(serializer(), {
            keys: [{ id: "1", key: randomBytes(32) }],
          }),
        },
      ));

    it.each([
      ["pickle", Buffer.from("80049503000000000000004b2a2e", "hex"), "never read"],
      ["msgpack+aes", randomBytes(64), "encrypted can't be read"],
      ["msgpack", Buffer.from([0xdd, 255, 255, 255, 255]), "announces too much"],
    ])("names thread, checkpoint and channel of a %s row that it refuses", (type, blob, problem) =>
      withPythonThread(
        async (saver) => {
          const where = `channel "messages".*"${SECOND}".*thread "python".*${problem}`;
          await expect(saver.getTuple(thread("python"))).rejects.toThrow(new RegExp(where));
        },
        { messages: { type, blob } },
      ),
    );

    it("is verified like any other: a row that is refused is found, and nothing else", () =>
      withPythonThread(
        async (saver) => {
          expect(await collect(saver.verify())).toMatchObject([
            { threadId: "python", problems: [{ kind: "unreadable", channel: "messages" }] },
          ]);
        },
        { messages: { type: "pickle", blob: Buffer.from("80049503000000000000004b2a2e", "hex") } },
      ));

    it("is deleted like any other", () =>
      withPythonThread(async (saver) => {
        await saver.deleteThread("python");
        expect(await saver.getTuple(thread("python"))).toBeUndefined();
      }));
  });
}
