import { randomBytes } from "node:crypto";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { databaseUrl, withClient, withSchema } from "@waypost/conformance/fixtures";
import { encrypt, PgSaver, serializer } from "@waypost/pg";
import { expect, it } from "vitest";

/** Text that does not compress. */
const text = (length: number) => randomBytes(length).toString("base64").slice(0, length);

/** All tables with their indexes and what they keep out of line. */
const SIZE = `SELECT sum(pg_total_relation_size(c.oid))::int AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')`;

/** What 200 turns of a chat take, each with a question of 200 bytes and an answer of 800. */
const sizeOfChat = (serde = serializer()) =>
  withSchema(async (schema) => {
    await using saver = PgSaver.fromConnString(databaseUrl(), { schema, serde });
    await saver.setup();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("model", () => ({ messages: [new AIMessage(text(800))] }))
      .addEdge(START, "model")
      .compile({ checkpointer: saver });
    const config = { configurable: { thread_id: "1" } };
    for (let turn = 0; turn < 200; turn++) {
      await graph.invoke({ messages: [new HumanMessage(text(200))] }, config);
    }
    return withClient(async (client) => (await client.query(SIZE, [schema])).rows[0].bytes);
  });

it("a conversation of 200 turns of 1 KB takes at most 1.3 times the bytes if it is encrypted", async () => {
  const plain = await sizeOfChat();
  const keys = [{ id: "2026-01", key: randomBytes(32) }];
  const encrypted = await sizeOfChat(encrypt(serializer(), { keys }));
  expect(encrypted / plain).toBeLessThan(1.3);
  expect(encrypted / plain).toBeGreaterThan(1);
});
