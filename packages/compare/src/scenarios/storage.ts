import { randomBytes, randomUUID } from "node:crypto";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { Raw, Saver } from "../subjects/subject.ts";
import { thread } from "./agent.ts";
import type { Case } from "./scenario.ts";

/** All tables, their indexes and what they keep out of line; and where the write-ahead log is. */
const SIZE = `SELECT sum(pg_total_relation_size(c.oid))::text AS bytes,
  (pg_current_wal_insert_lsn() - '0/0')::text AS log
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p')`;

/** A kilobyte a turn that does not compress. */
const text = (length: number) => randomBytes(length).toString("base64").slice(0, length);
const QUESTION = 200;
const ANSWER = 800;

/** How many turns at the end the write-ahead log is measured over. */
const LAST = 5;

const chat = (checkpointer: Saver) =>
  new StateGraph(MessagesAnnotation)
    .addNode("model", () => ({ messages: [new AIMessage(text(ANSWER))] }))
    .addEdge(START, "model")
    .compile({ checkpointer });

const storage = (turns: number): Case => ({
  title: `storage of a conversation of ${turns} turns of 1 KB`,
  scenario: "storage",
  measures: [
    { id: "bytes", title: "bytes on disk per turn", unit: "bytes" },
    { id: "log", title: "write-ahead log of each of the last turns", unit: "bytes" },
  ],
  at: { series: "storage of a conversation", axis: "turns", value: turns },
  exact: true,
  unable({ driver, main }) {
    if (driver === "memory") return "stores nothing on disk";
    if (turns > 50 && !main && driver !== "official") return "as the other subject of its driver";
    return turns > 200 && driver === "official" ? "takes 1.5 GB" : undefined;
  },
  operation({ session: { saver, raw }, schema }) {
    return async () => {
      if (raw === undefined) throw new Error("There is no database to be measured.");
      const before = await sizeOf(raw, schema);
      const graph = chat(saver);
      const config = thread(randomUUID());
      let late = before;
      for (let turn = 0; turn < turns; turn++) {
        if (turn === turns - LAST) late = await sizeOf(raw, schema);
        await graph.invoke({ messages: [new HumanMessage(text(QUESTION))] }, config);
      }
      const after = await sizeOf(raw, schema);
      return [(after.bytes - before.bytes) / turns, (after.log - late.log) / LAST];
    };
  },
});

async function sizeOf(raw: Raw, schema: string) {
  const [row] = await raw({ name: "compare_size", text: SIZE, values: [schema] });
  return { bytes: Number(row?.bytes), log: Number(row?.log) };
}

export const storageCases = (quick: boolean): Case[] =>
  (quick ? [10] : [25, 200, 1000]).map(storage);
