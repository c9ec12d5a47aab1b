import { randomBytes } from "node:crypto";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { thread, withClient } from "@waypost/conformance/fixtures";
import type { PgSaver } from "@waypost/pg";
import { rowsOf } from "../src/estimate.ts";

export interface Chat {
  readonly threads: number;
  readonly turns: number;
  /** Text of a question and its answer together. */
  readonly textBytes: number;
}

export interface Measured {
  readonly rows: Readonly<Record<string, number>>;
  /** Tables and indexes. */
  readonly bytes: number;
  readonly logBytes: number;
}

const text = (length: number) => randomBytes(length).toString("base64").slice(0, length);

/** One turn of a thread of a chat of one node. */
export function chat(saver: PgSaver, textBytes: number): (id: number) => Promise<unknown> {
  const question = Math.floor(textBytes / 2);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("model", () => ({ messages: [new AIMessage(text(textBytes - question))] }))
    .addEdge(START, "model")
    .compile({ checkpointer: saver });
  return (id) => graph.invoke({ messages: [new HumanMessage(text(question))] }, thread(`${id}`));
}

/** Has the threads take turns, and looks at what that left in the schema. */
export async function converse(
  saver: PgSaver,
  schema: string,
  { threads, turns, textBytes }: Chat,
  url?: string,
): Promise<Measured> {
  const turn = chat(saver, textBytes);
  return withClient(async (client) => {
    const one = async (expression: string, from = ""): Promise<number> =>
      Number((await client.query(`SELECT (${expression})::float8 AS n ${from}`)).rows[0].n);
    const log = () => one("pg_current_wal_insert_lsn() - '0/0'");
    const before = await log();
    for (let i = 0; i < turns; i++) {
      for (let id = 0; id < threads; id++) await turn(id);
    }
    const logBytes = (await log()) - before;
    const rows: Record<string, number> = {};
    for (const table of Object.keys(rowsOf(1, 1))) {
      rows[table] = await one("count(*)", `FROM ${schema}.${table}`);
    }
    const sizes = `FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'`;
    return { rows, bytes: await one("sum(pg_total_relation_size(oid))", sizes), logBytes };
  }, url);
}
